/** What the database of a gateway says became of every message, held against what was said and what the chats show. */
import { DatabaseSync } from 'node:sqlite'
import type { InboundRow } from '../../src/channels/tables.ts'
import type { OutboxRow } from '../../src/outbox/tables.ts'
import type { ChannelPlatform } from './channel-platform.ts'
import type { Said } from './channel-talk.ts'
import type { ModelServer } from './model-server.ts'

interface TurnFacts {
  n: number
  key: string | null
  session: string
  state: string
  attempt: number
  error: string | null
  /** How often its message stands in the history. */
  said: number
}

export interface ChannelLedger {
  inbound: InboundRow[]
  turns: TurnFacts[]
  outbox: OutboxRow[]
}

export interface LedgerReport {
  problems: string[]
  turns: number
  /** Most lives that one turn took. */
  mostAttempts: number
  replies: number
  parts: number
  /** Parts that a chat shows once more. */
  duplicates: number
  /** Attempts that may have arrived without the gateway knowing it. */
  ambiguousAttempts: number
  /** Requests to send that came again with a key the platform knew. */
  repeatedWithKey: number
  modelRequests: number
  /** Drafts that were left behind when the gateway died before it had their name. */
  strayDrafts: number
}

/** Reads a database that nobody has open. */
export function readLedger(file: string): ChannelLedger {
  const db = new DatabaseSync(file)
  const all = <T>(sql: string) => db.prepare(sql).all() as unknown as T[]
  const ledger: ChannelLedger = {
    inbound: all<InboundRow>('SELECT * FROM inbound ORDER BY n'),
    turns: all<TurnFacts>(
      `SELECT turn.n, turn.key, session.key AS session, turn.state, turn.attempt, turn.error,
         (SELECT count(*) FROM message WHERE message.turn = turn.n AND role = 'user') AS said
       FROM turn JOIN session ON session.id = turn.session ORDER BY turn.n`,
    ),
    outbox: all<OutboxRow>('SELECT * FROM outbox ORDER BY id'),
  }
  db.close()
  return ledger
}

/** Everything that is wrong, one line each, and the figures of the run. */
export function examine(
  ledger: ChannelLedger,
  {
    platform,
    said,
    models,
  }: { platform: ChannelPlatform; said: readonly Said[]; models: Pick<ModelServer, 'requests'> },
): LedgerReport {
  const { inbound, turns, outbox } = ledger
  const byKey = Map.groupBy(inbound, ({ message }) => /\bk=(m\d+)\b/.exec(JSON.parse(message).text)?.[1])
  const turnOf = new Map(turns.map((turn) => [turn.n, turn]))
  const replyOf = Map.groupBy(outbox, ({ key }) => key)
  const heard = new Set(models.requests.filter(({ outcome }) => outcome === 'done').map(({ key }) => key))
  const problems: string[] = []
  if (turns.length !== said.length) problems.push(`${said.length} messages became ${turns.length} turns`)
  if (outbox.length !== said.length) problems.push(`${said.length} messages were answered ${outbox.length} times`)
  for (const each of said) {
    const wrong = (what: string) => void problems.push(`${each.key} in ${each.chat}: ${what}`)
    if (!heard.has(each.key)) wrong('the model never finished its answer')
    const [row, ...more] = byKey.get(each.key) ?? []
    if (!row || more.length > 0) wrong(`was received ${row ? more.length + 1 : 0} times`)
    if (!row) continue
    if (row.state !== 'done' || row.chat !== each.chat) wrong(`is ${row.state} in ${row.chat}`)
    const turn = turnOf.get(row.turn!)
    if (turn?.key !== `${platform.name}:${row.source}:${row.id}`) wrong(`its turn is that of ${turn?.key}`)
    if (turn?.session !== `${platform.name}:${each.chat}`) wrong(`its turn is one of ${turn?.session}`)
    if (turn?.state !== 'done') wrong(`its turn is ${turn?.state}: ${turn?.error}`)
    if (turn?.said !== 1) wrong(`stands ${turn?.said} times in the history`)
    const [reply, ...again] = replyOf.get(`turn:${row.turn}`) ?? []
    if (!reply || again.length > 0) wrong(`has ${reply ? again.length + 1 : 0} replies`)
    if (reply && reply.state !== 'sent') wrong(`its reply is ${reply.state}: ${reply.reason}`)
    const text = reply && textsOf(reply).join(' ')
    if (text !== undefined && text !== each.answer) wrong(`was answered with '${text}'`)
  }
  const seen = platform.chats.map((chat) => examineChat(chat, ledger, platform))
  const ambiguousAttempts = outbox.reduce((total, row) => total + row.ambiguous_attempts, 0)
  if (platform.repeats() > ambiguousAttempts) problems.push(`${platform.repeats()} sends were repeated`)
  const sum = (of: (each: (typeof seen)[number]) => number) => seen.reduce((total, each) => total + of(each), 0)
  return {
    problems: [...problems, ...seen.flatMap((each) => each.problems), ...platform.violations()],
    turns: turns.length,
    mostAttempts: Math.max(...turns.map(({ attempt }) => attempt)),
    replies: outbox.length,
    parts: outbox.reduce((total, row) => total + textsOf(row).length, 0),
    duplicates: sum(({ duplicates }) => duplicates),
    ambiguousAttempts,
    repeatedWithKey: platform.repeats(),
    modelRequests: models.requests.length,
    strayDrafts: sum(({ strays }) => strays),
  }
}

/** A chat: turns in the order of the messages, replies in the order of the turns, all there, and no more than is explained. */
function examineChat(chat: string, { inbound, outbox }: ChannelLedger, platform: ChannelPlatform) {
  const problems: string[] = []
  const turns = inbound.filter((row) => row.chat === chat).map(({ turn }) => turn!)
  if (!isSorted(turns)) problems.push(`${chat}: its turns are not in the order of its messages: ${turns}`)
  const rows = turns.flatMap((turn) => outbox.filter(({ key }) => key === `turn:${turn}`))
  const wanted = rows.flatMap(textsOf)
  const shown = platform.shown().get(chat) ?? []
  const times = new Map(wanted.map((text) => [text, 0]))
  const firsts: string[] = []
  let strays = 0
  for (const text of shown) {
    const before = times.get(text)
    if (before === 0) firsts.push(text)
    if (before !== undefined) times.set(text, before + 1)
    else if (wanted.some((whole) => whole.startsWith(text))) strays++
    else problems.push(`${chat}: shows '${text.slice(0, 60)}', which nobody answered`)
  }
  const missing = wanted.filter((text) => times.get(text) === 0)
  for (const text of missing) problems.push(`${chat}: does not show '${text.slice(0, 60)}'`)
  if (missing.length === 0 && firsts.join('\n') !== wanted.join('\n')) {
    problems.push(`${chat}: shows ${firsts.map(brief)}, which should be ${wanted.map(brief)}`)
  }
  let duplicates = 0
  for (const row of rows) {
    const more = textsOf(row).reduce((total, text) => total + times.get(text)! - 1, 0)
    const explained = platform.knowsKeys ? 0 : row.ambiguous_attempts
    if (more > explained) problems.push(`${chat}: ${row.key} is shown ${more} times too often, not ${explained}`)
    duplicates += Math.max(0, more)
  }
  return { problems, duplicates, strays }
}

const textsOf = ({ parts }: OutboxRow): string[] =>
  ((JSON.parse(parts ?? '[]') as Array<{ text?: string }>) ?? []).map(({ text }) => text ?? '')

const brief = (text: string) => text.split(' ', 1)[0]

const isSorted = (numbers: readonly number[]) => numbers.every((n, i) => i === 0 || numbers[i - 1]! < n)
