/** A tool of an MCP server as a tool of the gateway (agent.md section 10.3). */
import * as z from 'zod'
import type { Log } from '../platform.ts'
import type { AnyTool, RemoteTool } from '../tools/index.ts'
import type { Progress } from './connection.ts'
import { resultText } from './result-text.ts'
import type { ServerLink } from './server-link.ts'
import { descriptionOf, parametersOf, type ToolInfo } from './tool-info.ts'

export interface RemoteToolDeps {
  link: ServerLink
  timeoutMs: () => number
  log: Log
}

/** The registry's own limit is the net below the link's, whose message says more. */
export const NET_MS = 2000
/** Servers report every percent; the log needs less. */
const PROGRESS_MS = 1000

/** The tool `info` of the link's server under `name`. Its result is what the server said; `isError` is a failed call. */
export function remoteTool(
  name: string,
  info: ToolInfo,
  { link, timeoutMs, log }: RemoteToolDeps,
): { tool: AnyTool; remote: RemoteTool } {
  const readOnly = info.annotations?.readOnlyHint === true
  const tool: AnyTool = {
    name,
    description: descriptionOf(link.name, info),
    // The server knows its own schema best, and says what does not fit.
    input: z.looseObject({}),
    parallel: readOnly,
    idempotent: readOnly || info.annotations?.idempotentHint === true,
    get timeoutMs() {
      return timeoutMs() + NET_MS
    },
    async run(input: Record<string, unknown>, { signal, session, turn }) {
      const progress = progressLog((news) =>
        log.info('mcp progress', { server: link.name, tool: info.name, session, turn, ...news }),
      )
      const result = await link.call(
        `tools/call ${info.name}`,
        (connection, limit) => connection.callTool(info.name, input, { timeoutMs: limit, signal, progress }),
        signal,
      )
      const text = resultText(result)
      if (result.isError) throw new Error(text)
      return text
    },
  }
  return { tool, remote: { server: link.name, remoteTool: info.name, parameters: parametersOf(info) } }
}

function progressLog(write: (news: Progress) => void): (news: Progress) => void {
  let last = Number.NEGATIVE_INFINITY
  return (news) => {
    if (Date.now() - last < PROGRESS_MS) return
    last = Date.now()
    write(news)
  }
}
