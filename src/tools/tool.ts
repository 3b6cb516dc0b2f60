/** What a tool is. One file a tool (or a small family); the registry in `registry.ts` is the only caller of `run`. */
import type * as z from 'zod'

/** Who calls, and for which turn. */
export interface ToolContext {
  readonly session: string
  /** Where the turn came from: `cli` and `direct` for the API, else the channel and its chat. */
  readonly channel: string
  readonly chat: string
  /** The turn's public id, `session/n`. */
  readonly turn: string
  /** Unique for this call, also across restarts: a tool's idempotency key. */
  readonly callId: string
  /** True when the gateway's owner speaks (API, CLI, paired account); false for strangers in a channel. */
  readonly owner: boolean
  /** The memory namespace of the agent that calls; absent is `main`. Any other agent stays inside its own. */
  readonly namespace?: string
  readonly signal: AbortSignal
}

export interface Tool<Input = never> {
  /** Wire name, `[a-z0-9_]`, at most 64 characters. */
  readonly name: string
  /** What the model reads; a function where it depends on the runtime or the config. */
  readonly description: string | (() => string)
  readonly input: z.ZodType<Input>
  /** May run beside other calls of the same step. */
  readonly parallel?: boolean
  /** Safe to run again when it is unknown whether it ran (durable-turns.md section 5). */
  readonly idempotent?: boolean
  /** Milliseconds; default 60 000. */
  readonly timeoutMs?: number
  /** Characters of output that reach the model; default 16 000, the rest is cut with a readable notice. */
  readonly maxOutput?: number
  /** Throws with a message for the model; never returns an error as text. */
  run(input: Input, context: ToolContext): Promise<string>
}

/** Keeps the input type of a literal definition. */
export function defineTool<Input>(tool: Tool<Input>): Tool<Input> {
  return tool
}

/** A tool of whatever input, as the registry keeps it: the guard has validated what it hands to `run`. */
export type AnyTool = Omit<Tool, 'input' | 'run'> & {
  readonly input: z.ZodType
  run(input: never, context: ToolContext): Promise<string>
}
