/** The tools of a gateway, and the one guard that every call of a tool passes. */
import { badRequest, messageOf } from '../errors.ts'
import { type Allowlist, allows, isInherited } from './allowlist.ts'
import { coerceArguments } from './coercion.ts'
import { describeIssues } from './invalid-input.ts'
import { type JsonSchema, parametersOf } from './json-schema.ts'
import type { Spill } from './spill.ts'
import { Stopped, TimedOut, withinTime } from './time-limit.ts'
import type { AnyTool, ToolContext } from './tool.ts'
import { cutMiddle } from './truncate.ts'

const DEFAULT_TIMEOUT_MS = 60_000
const DEFAULT_MAX_OUTPUT = 16_000

/** Where a tool comes from, when not from the gateway itself. */
export interface RemoteTool {
  /** The server's name in the config. */
  readonly server: string
  /** The tool's name on that server. */
  readonly remoteTool: string
  /** The input schema as the server gave it. */
  readonly parameters: JsonSchema
}

/** A registered tool with what models and clients are told about it. */
export interface RegisteredTool {
  readonly tool: AnyTool
  readonly name: string
  readonly description: string
  readonly parameters: JsonSchema
  readonly remote?: RemoteTool
}

/** One tool of `GET /api/tools` (agent.md section 8.6). */
export interface CatalogTool {
  name: string
  description: string
  parameters: JsonSchema
  source: 'local' | 'mcp'
  visibility: { main_agent: true; subagent: 'allowlist' | 'inherited' }
  mcp?: { server: string; remote_tool: string }
}

export interface ToolCall {
  readonly name: string
  /** As the model wrote it: parsed JSON, or its text. */
  readonly input: unknown
  readonly context: ToolContext
  readonly allow?: Allowlist
}

/** What the model is told: the output, or `Error: …`. */
export interface ToolResult {
  output: string
  error: boolean
}

/** Holds tools by name. Lists are sorted by name, so that a prompt made from one stays cacheable. */
export class ToolRegistry {
  readonly #tools = new Map<string, { tool: AnyTool; parameters: JsonSchema; remote?: RemoteTool }>()
  readonly #spill: Spill | undefined

  /** With `spill`, output over a tool's limit is kept whole and the notice names where. */
  constructor(options: { spill?: Spill } = {}) {
    this.#spill = options.spill
  }

  /** Adds a tool, in place of one of the same name. 400 for a name that models' APIs would refuse. */
  register(tool: AnyTool, remote?: RemoteTool): void {
    if (!/^[a-z0-9_]{1,64}$/.test(tool.name)) {
      throw badRequest(`'${tool.name}' cannot name a tool: use up to 64 of a-z, 0-9 and _`)
    }
    const parameters = remote?.parameters ?? parametersOf(tool.input)
    this.#tools.set(tool.name, { tool, parameters, ...(remote && { remote }) })
  }

  /** Removes a tool; false when there was none by that name. */
  unregister(name: string): boolean {
    return this.#tools.delete(name)
  }

  has(name: string): boolean {
    return this.#tools.has(name)
  }

  get(name: string): AnyTool | undefined {
    return this.#tools.get(name)?.tool
  }

  /** The tools that `allow` admits, sorted by name. */
  list(allow?: Allowlist): RegisteredTool[] {
    const allowed = allows(allow)
    return [...this.#tools]
      .filter(([name]) => allowed(name))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, entry]) => ({
        ...entry,
        name,
        description: typeof entry.tool.description === 'string' ? entry.tool.description : entry.tool.description(),
      }))
  }

  /** Every tool as `GET /api/tools` shows it. */
  catalog(): CatalogTool[] {
    return this.list().map(({ name, description, parameters, remote }) => ({
      name,
      description,
      parameters,
      source: remote ? 'mcp' : 'local',
      visibility: { main_agent: true, subagent: isInherited(name) ? 'inherited' : 'allowlist' },
      ...(remote && { mcp: { server: remote.server, remote_tool: remote.remoteTool } }),
    }))
  }

  /** Runs one call within its allowlist, its schema, its time and its room. Never rejects. */
  async call({ name, input, context, allow }: ToolCall): Promise<ToolResult> {
    const entry = this.#tools.get(name)
    if (!entry) return failure(`tool '${name}' not found`)
    if (!allows(allow)(name)) return failure(`tool '${name}' is not allowed by subagent profile`)
    const { tool } = entry
    const timeout = tool.timeoutMs ?? DEFAULT_TIMEOUT_MS
    try {
      const given = coerceArguments(entry.parameters, input, { defaults: !entry.remote })
      const parsed = await tool.input.safeParseAsync(given)
      if (!parsed.success) return failure(describeIssues(given, parsed.error.issues))
      const output = await withinTime(timeout, context.signal, async (signal) =>
        tool.run(parsed.data as never, { ...context, signal }),
      )
      return { output: await this.#fit(tool, context.callId, output), error: false }
    } catch (error) {
      if (error instanceof Stopped) return failure(`tool '${name}' was stopped`)
      if (error instanceof TimedOut) return failure(`tool '${name}' did not finish within ${timeout / 1000} s`)
      return failure(cutMiddle(messageOf(error), tool.maxOutput ?? DEFAULT_MAX_OUTPUT, cutNotice))
    }
  }

  async #fit(tool: AnyTool, callId: string, output: string): Promise<string> {
    const limit = tool.maxOutput ?? DEFAULT_MAX_OUTPUT
    if (output.length <= limit) return output
    // The answer counts more than the copy: a full disk only costs the notice its second half.
    const path = await this.#spill?.(callId, output).catch(() => undefined)
    return cutMiddle(output, limit, (cut) => cutNotice(cut, path))
  }
}

const failure = (message: string): ToolResult => ({ output: `Error: ${message}`, error: true })

function cutNotice(cut: number, path?: string): string {
  const kept = path === undefined ? '' : `; the whole output is in ${path}, read it with read_file`
  return `[… ${cut} characters cut${kept} …]`
}
