/** `system_info`: facts about the machine the gateway runs on (agent.md section 9.10). */
import * as z from 'zod'
import type { SystemFacts } from '../platform.ts'
import { defineTool } from './tool.ts'

/** One line a fact; what the runtime does not know is not there. */
export function systemInfoTool(system: SystemFacts) {
  return defineTool({
    name: 'system_info',
    description: 'Facts about the machine the gateway runs on.',
    input: z.object({}),
    parallel: true,
    idempotent: true,
    async run() {
      const facts = await system()
      return ['System Info:', ...facts.map(([label, value]) => `${label}: ${value}`)].join('\n')
    },
  })
}
