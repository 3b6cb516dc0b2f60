/** Skills as somebody would write them, made through the API. */
import { request } from 'undici'
import { AUTHORIZATION } from './gateways.ts'
import type { Server } from './stage.ts'
import { connections } from './upstream.ts'

const SENTENCE = 'Look at what is there first, then change the least that helps, and say what was done.\n'
const AT_ONCE = 10

/** Makes `count` skills, each with a SKILL.md of some four kilobytes. */
export async function fillSkills({ url }: Server, count: number): Promise<void> {
  for (let first = 0; first < count; first += AT_ONCE) {
    const names = Array.from({ length: Math.min(AT_ONCE, count - first) }, (_, i) => `skill-${first + i}`)
    await Promise.all(names.map((name) => create(url, name)))
  }
}

async function create(url: string, name: string): Promise<void> {
  const skill = {
    description: `What ${name} is good for: use it when somebody asks for it by its name.`,
    tools: ['read_file', 'write_file', 'exec'],
    system_prompt: SENTENCE.repeat(45),
  }
  const answer = await request(`${url}/api/skills`, {
    method: 'POST',
    headers: AUTHORIZATION,
    body: JSON.stringify({ action: 'create', name, ...skill }),
    dispatcher: connections,
  })
  const text = await answer.body.text()
  if (answer.statusCode !== 200) throw new Error(`${name} was not made: ${text}`)
}
