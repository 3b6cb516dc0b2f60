/** The agent: runs one turn, step by step, until the model has nothing more to do. */
import type { LanguageModelV4FunctionTool } from '@ai-sdk/provider'
import { estimateTokenCount } from 'tokenx'
import { type ModelUsage, type TurnRun, type UsageLedger, usageOf } from '../chat/index.ts'
import { GatewayError, messageOf } from '../errors.ts'
import type { Files } from '../files/index.ts'
import type { Candidate, ModelService } from '../models/index.ts'
import type { Database, Platform } from '../platform.ts'
import type { Sessions } from '../sessions/index.ts'
import type { ToolRegistry } from '../tools/index.ts'
import type { Uploads } from '../uploads/index.ts'
import { runCommand } from './commands.ts'
import { type CompactionSettings, compact, isFull } from './compaction.ts'
import { promptOf, type StoredParts } from './context.ts'
import { answerFrom } from './fallback.ts'
import { turnMedia, withWorkspacePaths } from './media.ts'
import type { ModelAnswer } from './model-call.ts'
import { systemPrompt } from './system-prompt.ts'
import { runToolCalls } from './tool-calls.ts'

/** The part of `agents.defaults` that a turn lives by. */
export interface AgentSettings {
  max_tool_iterations: number
  context_compaction: CompactionSettings
  execution: { tool_parallel_safe_names: readonly string[]; tool_max_parallel_calls: number }
}

export interface AgentDeps {
  db: Database
  sessions: Sessions
  models: ModelService
  tools: ToolRegistry
  workspace: () => Files
  uploads: Uploads
  settings: () => AgentSettings
  platform: Pick<Platform, 'log' | 'now' | 'background' | 'fault'>
  version: string
  /** Throws 402 when the budget of the day is used up. */
  permit?: () => void
  /** Counts model calls that are no step of a turn. */
  ledger?: UsageLedger
}

/** What a turn may use whose sender is not the owner. */
const GUEST_TOOLS = ['group:web']

const LIMIT_NOTE =
  'The limit of tool calls for this turn is reached. Call no more tools. Say what was done, what is left, and what you found.'
const EMPTY_NOTE = 'You ended without an answer. Write the answer for the person now.'

export class Agent {
  readonly #deps: AgentDeps
  readonly #closing = new AbortController()

  constructor(deps: AgentDeps) {
    this.#deps = deps
  }

  /** Runs a claimed turn to its end; throws when no model could answer or the turn was aborted. */
  async run(run: TurnRun): Promise<void> {
    try {
      await this.#run(run)
    } catch (error) {
      // The budget of the day: said as an answer, like the limit of tool calls. What was done so far stays.
      if (run.signal.aborted || !(error instanceof GatewayError) || error.status !== 402) throw error
      run.retract()
      run.end('done', null, error.message)
    }
  }

  async #run(run: TurnRun): Promise<void> {
    const { db, sessions, models, version } = this.#deps
    const reply =
      run.input.say ??
      (await runCommand(run, {
        db,
        sessions,
        models,
        version,
        compact: async (key, signal) => this.#compact(key, await this.#candidates(run), signal),
      }))
    if (reply !== null) {
      run.end('done', null, reply)
      return
    }
    const candidate = await this.#steps(run)
    this.#tidy(run.turn.session_key, candidate)
  }

  /** The loop: run what the last step asked for, ask the model, commit, until a step asks for nothing. */
  async #steps(run: TurnRun): Promise<Candidate> {
    const { tools, settings, workspace, sessions, platform, uploads } = this.#deps
    const { max_tool_iterations, execution } = settings()
    const limit = Math.max(1, max_tool_iterations)
    const allow = run.input.owner ? undefined : GUEST_TOOLS
    const registered = tools.list(allow)
    const known = new Map(registered.map((tool) => [tool.name, tool]))
    const state = sessions.state(run.turn.session_key)!
    const system = await systemPrompt({
      workspace: workspace(),
      session: run.turn.session_key,
      channel: run.input.channel,
      chat: run.input.chat,
      summary: state.summary,
      now: platform.now(),
      tools: registered.map(({ name }) => name),
    })
    const media = await turnMedia(run.input, { uploads, workspace: workspace(), log: platform.log })
    const seen = new Map<string, number>()
    let resumed = run.turn.attempt > 1
    let note: string | null = null
    for (;;) {
      run.signal.throwIfAborted()
      await runToolCalls(run.pending(), {
        registry: tools,
        allow,
        known,
        run,
        safe: new Set(execution.tool_parallel_safe_names),
        limit: Math.min(8, execution.tool_max_parallel_calls > 0 ? execution.tool_max_parallel_calls : 4),
        resumed,
        seen,
        fault: platform.fault,
      })
      resumed = false
      run.signal.throwIfAborted()
      const atLimit = run.steps >= limit
      const { answer, candidate } = await answerFrom(await this.#candidates(run), run, {
        models: this.#deps.models,
        log: platform.log,
        permit: this.#deps.permit,
        overflowed: (full) => this.#compact(run.turn.session_key, [full], run.signal),
        request: (to) => {
          const now = sessions.state(run.turn.session_key)!
          const prompt = promptOf(withSummary(system, state.summary, now.summary), sessions.working(now), {
            turn: run.turn.n,
            provider: to.provider,
            media: media.parts(to.contextWindow),
            readable: (text) => withWorkspacePaths(text, uploads),
          })
          const extra = note ?? (atLimit ? LIMIT_NOTE : null)
          if (extra) prompt.push({ role: 'user', content: [{ type: 'text', text: `[System] ${extra}` }] })
          return {
            prompt,
            tools: registered.map(({ name, description, parameters }) => ({
              type: 'function' as const,
              name,
              description,
              // Their types differ in what they forbid (readonly, any keyword), not in what is sent.
              inputSchema: parameters as LanguageModelV4FunctionTool['inputSchema'],
            })),
            ...(extra ? { toolChoice: { type: 'none' as const } } : {}),
            signal: run.signal,
          }
        },
      })
      if (!answer.calls.length && !answer.text.trim() && run.steps > 0 && note === null) {
        note = EMPTY_NOTE
        run.retract()
        if (answer.usage) run.spent(usageOf(candidate.ref, answer.usage))
        continue
      }
      // A stop that came with the last word is still a stop: whoever sent it was told so.
      run.signal.throwIfAborted()
      const usage = answer.usage ?? { input: 0, output: estimateTokenCount(answer.text), cached: 0 }
      run.commitStep({
        text: answer.text,
        calls: answer.calls,
        parts: storedParts(candidate, answer),
        reason: answer.reason,
        model: candidate.ref,
        usage: usageOf(candidate.ref, usage),
        contextTokens: usage.input + usage.output,
        final: !answer.calls.length,
      })
      if (!answer.calls.length) return candidate
      note = null
    }
  }

  /** After the answer is out: make room for the next turn, without anybody waiting for it. */
  #tidy(key: string, candidate: Candidate): void {
    const { sessions, settings, platform } = this.#deps
    const state = sessions.state(key)
    if (!state) return
    const full = isFull(settings().context_compaction, {
      tokens: state.contextTokens,
      messages: sessions.working(state),
      candidate,
    })
    if (!full) return
    platform.background(
      this.#compact(key, [candidate], AbortSignal.any([this.#closing.signal, AbortSignal.timeout(60_000)])).catch(
        (error: unknown) => platform.log.warn('compaction failed', { session: key, error: messageOf(error) }),
      ),
    )
  }

  /** Gives up the summaries that are being written: the next turn that finds its session full makes another. */
  close(): void {
    this.#closing.abort(new Error('the gateway is shutting down'))
  }

  #compact(key: string, candidates: readonly Candidate[], signal: AbortSignal): Promise<boolean> {
    const { sessions, models, settings, platform, permit, ledger } = this.#deps
    const spent = (session: number, model: string, usage: ModelUsage) =>
      ledger?.record(session, usageOf(model, usage), 0)
    const deps = { sessions, models, log: platform.log, permit, spent }
    return compact(key, settings().context_compaction, candidates, deps, signal)
  }

  #candidates(run: TurnRun): Promise<Candidate[]> {
    const chosen = run.input.model ?? this.#deps.sessions.state(run.turn.session_key)?.model
    return this.#deps.models.candidates(chosen ?? undefined)
  }
}

/** The model's own parts, where they say more than the text and the calls do. */
function storedParts(candidate: Candidate, { parts }: ModelAnswer): StoredParts | undefined {
  const plain = parts.every(
    (part) => (part.type === 'text' || part.type === 'tool-call') && part.providerOptions === undefined,
  )
  return plain ? undefined : { by: candidate.provider, content: parts }
}

/** A compaction in the middle of a turn replaces the summary the system prompt began with. */
function withSummary(system: string, before: string | null, now: string | null): string {
  if (before === now || now === null) return system
  // As a function: in a text, `$&` would mean what is replaced.
  return before ? system.replace(before, () => now) : `${system}\n\n---\n\n# Earlier in this session\n\n${now}`
}
