/**
 * The heartbeat: a turn now and then in which the agent looks at HEARTBEAT.md (workspace-formats.md section 13). It keeps
 * its rhythm over config changes, and costs nothing while there is nothing to look at or nobody to ask.
 */
import type { TurnEngine, TurnInput } from '../chat/index.ts'
import { GatewayError } from '../errors.ts'
import type { Files } from '../files/index.ts'
import { FileError } from '../files/index.ts'
import type { Log } from '../platform.ts'
import type { Agenda } from '../schedule/index.ts'

export interface HeartbeatSettings {
  enabled: boolean
  every_sec: number
  ack_max_chars: number
  prompt_template: string
}

export interface HeartbeatDeps {
  agenda: Agenda
  engine: TurnEngine
  settings: () => HeartbeatSettings
  workspace: () => Files
  /** False while only the offline model would answer. */
  hasModel: () => Promise<boolean>
  /** A reply that is more than an acknowledgement. */
  report: (text: string, turn: number) => void
  replyOf: (turn: number) => string
  now: () => number
  log: Log
}

export const HEARTBEAT_SESSION = 'heartbeat:default'
const CLOCK = 'heartbeat'
/** Looks after a turn whose end nobody may have heard: a crash can lie between the end and the report. */
const REPORT = 'heartbeat-report'
const REPORT_MS = 900_000
const DEFAULT_PROMPT = 'Follow AGENTS.md, then HEARTBEAT.md. Do what is due and report only what a person must know.'
const DEFAULT_TOKEN = 'HEARTBEAT_OK'

export class Heartbeat {
  readonly #deps: HeartbeatDeps

  constructor(deps: HeartbeatDeps) {
    this.#deps = deps
    deps.agenda.on(CLOCK, () => this.#beat())
    deps.agenda.on(REPORT, (turn) => this.#ended(Number(turn)))
    deps.engine.onEnd((turn) => this.#ended(turn))
  }

  /** Puts the next beat on the agenda, or takes it off. A beat that is already due stays where it is. */
  arm(): void {
    const { agenda, settings, now } = this.#deps
    const { enabled } = settings()
    if (!enabled) {
      agenda.cancel(CLOCK, '')
      return
    }
    const due = agenda.due(CLOCK, '')
    const next = now() + this.#everyMs()
    if (due === null || due > next) agenda.at(CLOCK, '', next)
  }

  #everyMs(): number {
    const { every_sec } = this.#deps.settings()
    return (every_sec > 0 ? every_sec : 1800) * 1000
  }

  async #beat(): Promise<void> {
    const { agenda, engine, settings, hasModel, now } = this.#deps
    if (!settings().enabled) return
    agenda.at(CLOCK, '', now() + this.#everyMs())
    const [agents, tasks] = await Promise.all([this.#read('AGENTS.md'), this.#read('HEARTBEAT.md')])
    if (isBlank(tasks) || engine.current(HEARTBEAT_SESSION) || !(await hasModel())) return
    const token = ackToken(agents) ?? ackToken(tasks) ?? DEFAULT_TOKEN
    const time = new Date(now()).toISOString().slice(0, 16).replace('T', ' ')
    const prompt = [
      settings().prompt_template.trim() || DEFAULT_PROMPT,
      `When nothing needs a person's attention, answer exactly ${token}.`,
      `Current time: ${time} UTC`,
      `## HEARTBEAT.md\n\n${tasks}`,
    ].join('\n\n')
    const n = this.#accepted(
      { text: `[System: heartbeat] ${prompt}`, channel: 'cli', chat: 'internal:heartbeat', owner: true },
      `heartbeat:${Math.floor(now() / 1000)}`,
    )
    if (n === null) return
    agenda.at(REPORT, String(n), now() + REPORT_MS)
  }

  /** The turn's number; null when it was refused (the budget of the day, a limit, a shutdown): the next beat comes anyway. */
  #accepted(input: TurnInput, key: string): number | null {
    const { engine, log } = this.#deps
    try {
      return engine.accept(HEARTBEAT_SESSION, input, key).n
    } catch (error) {
      if (!(error instanceof GatewayError) || error.status === 500) throw error
      log.info('a heartbeat was left out', { reason: error.message })
      return null
    }
  }

  #ended(n: number): void {
    const { agenda, engine, now } = this.#deps
    const turn = engine.turn(n)
    if (turn?.session_key !== HEARTBEAT_SESSION) return
    if (turn.ended_at === null) {
      agenda.at(REPORT, String(n), now() + REPORT_MS)
      return
    }
    const reply = this.#deps.replyOf(n).trim()
    // The token stands in the question, so that it is known in a later life too.
    const token =
      /answer exactly (.*)\.$/m.exec((JSON.parse(turn.input) as { text: string }).text)?.[1] ?? DEFAULT_TOKEN
    if (reply && !isAck(reply, token, this.#deps.settings().ack_max_chars)) this.#deps.report(reply, n)
    agenda.cancel(REPORT, String(n))
  }

  async #read(name: string): Promise<string> {
    try {
      return new TextDecoder().decode(await this.#deps.workspace().read(name, 0, 20_000))
    } catch (error) {
      if (error instanceof FileError) return ''
      throw error
    }
  }
}

/** Whether a reply only says that there is nothing to say. */
export function isAck(reply: string, token: string, maxChars: number): boolean {
  return reply.toUpperCase() === 'NO_REPLY' || (reply.startsWith(token) && [...reply].length <= maxChars)
}

/** The word on a line `heartbeat_ack_token: <word>` of a document. */
export function ackToken(document: string): string | null {
  return /^[\s\-*#]*heartbeat_ack_token:\s*["'`]?([^"'`\r\n]+?)["'`]?\s*$/im.exec(document)?.[1] ?? null
}

/** True for a document of only headings, comments and blank lines: nothing to do. */
export function isBlank(document: string): boolean {
  return document
    .replace(/<!--[\s\S]*?-->/g, '')
    .split('\n')
    .every((line) => line.trim() === '' || line.trim().startsWith('#'))
}
