/** Runs what a finished step asked for: safe calls side by side, the rest one after another, each result recorded. */
import type { PendingCall, TurnRun } from '../chat/index.ts'
import type { Allowlist, RegisteredTool, ToolContext, ToolRegistry } from '../tools/index.ts'
import { LOST } from './context.ts'

export interface ToolRun {
  registry: Pick<ToolRegistry, 'call'>
  /** What this turn may call; undefined for everything. */
  allow: Allowlist | undefined
  /** The tools of this turn by name. */
  known: ReadonlyMap<string, RegisteredTool>
  run: TurnRun
  /** Tools that may run beside others, besides those that say so themselves. */
  safe: ReadonlySet<string>
  /** Calls at once; 1 to 8. */
  limit: number
  /** True for the calls a dead life left open: their outcome is unknown. */
  resumed: boolean
  /** How often each exact call was made in this turn, to break loops. */
  seen: Map<string, number>
  fault: ((point: string) => void) | undefined
}

const REPEATS = 4

/** Resolves when every call has a recorded result, or the turn was aborted. */
export async function runToolCalls(calls: readonly PendingCall[], tools: ToolRun): Promise<void> {
  const safe = ({ name }: PendingCall) => tools.safe.has(name) || tools.known.get(name)?.tool.parallel === true
  for (const batch of batches(calls, safe, tools.limit)) {
    await Promise.all(batch.map((call) => runOne(call, tools)))
    if (tools.run.signal.aborted) return
  }
}

async function runOne(call: PendingCall, tools: ToolRun): Promise<void> {
  const { run, registry } = tools
  if (tools.resumed && !tools.known.get(call.name)?.tool.idempotent) {
    run.toolResult(call, LOST, true)
    return
  }
  const key = `${call.name} ${JSON.stringify(call.input)}`
  const times = (tools.seen.get(key) ?? 0) + 1
  tools.seen.set(key, times)
  if (times >= REPEATS) {
    run.toolResult(call, `This exact call was made ${times} times in this turn. Do something else or answer.`, true)
    return
  }
  const { output, error } = await registry.call({
    name: call.name,
    input: call.input,
    context: contextOf(call, run),
    ...(tools.allow && { allow: tools.allow }),
  })
  tools.fault?.('tool-ran')
  run.toolResult(call, output, error)
}

function contextOf(call: PendingCall, run: TurnRun): ToolContext {
  return {
    session: run.turn.session_key,
    channel: run.input.channel,
    chat: run.input.chat,
    turn: String(run.turn.n),
    callId: `${run.turn.n}-${run.steps - 1}-${call.id}`,
    owner: run.input.owner,
    signal: run.signal,
  }
}

/** Neighbouring safe calls form a batch of at most `limit`; any other call stands alone, in order. */
function* batches(
  calls: readonly PendingCall[],
  safe: (call: PendingCall) => boolean,
  limit: number,
): Iterable<PendingCall[]> {
  let batch: PendingCall[] = []
  for (const call of calls) {
    if (batch.length && (!safe(call) || batch.length >= limit)) {
      yield batch
      batch = []
    }
    batch.push(call)
    if (!safe(call)) {
      yield batch
      batch = []
    }
  }
  if (batch.length) yield batch
}
