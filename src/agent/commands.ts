/** Commands that a chat understands without a model: `/help`, `/status`, `/model`, `/new`, `/compact`, `/usage`. */
import type { TurnRun } from '../chat/index.ts'
import type { ModelService } from '../models/index.ts'
import type { Database } from '../platform.ts'
import type { Sessions } from '../sessions/index.ts'

export interface CommandDeps {
  db: Database
  sessions: Sessions
  models: ModelService
  version: string
  /** Summarises the session now; true when it became smaller. */
  compact(session: string, signal: AbortSignal): Promise<boolean>
}

type Command = { help: string; run(argument: string, run: TurnRun, deps: CommandDeps): string | Promise<string> }

const COMMANDS: Record<string, Command> = {
  '/help': {
    help: 'what you can type',
    run: () =>
      commandList()
        .map(({ name, help }) => `${name}: ${help}`)
        .join('\n'),
  },
  '/status': {
    help: 'version, model and size of this session',
    async run(_, run, { models, sessions, version }) {
      const state = sessions.state(run.turn.session_key)
      const [candidate] = await models.candidates(run.input.model ?? state?.model ?? undefined)
      return [
        `clawgo-gateway ${version}`,
        `Model: ${candidate?.ref ?? 'none'}`,
        `Session: ${run.turn.session_key}, ${state?.lastSeq ?? 0} messages, ${state?.contextTokens ?? 0} tokens in context, ${state?.compactions ?? 0} compactions`,
      ].join('\n')
    },
  },
  '/model': {
    help: 'show the model, or choose one for this session (`/model provider/name`, `/model default`)',
    async run(argument, run, { models, sessions }) {
      const state = sessions.state(run.turn.session_key)
      if (!argument) return `Model: ${(await models.candidates(state?.model ?? undefined))[0]?.ref ?? 'none'}`
      if (argument === 'default') {
        sessions.setModel(run.turn.session, null)
        return `Model: ${(await models.candidates())[0]?.ref ?? 'none'}`
      }
      const [chosen] = await models.candidates(argument)
      if (!chosen || !sameRef(chosen.ref, argument))
        return `No such model: ${argument}. Write it as provider/model; the provider must be configured.`
      sessions.setModel(run.turn.session, chosen.ref)
      return `Model: ${chosen.ref}, for this session.`
    },
  },
  '/new': {
    help: 'start over: what was said stays stored, but the agent no longer has it in mind',
    run(_, run, { sessions }) {
      const state = sessions.state(run.turn.session_key)
      if (state) sessions.compact(state, state.lastSeq, null)
      return 'A new conversation.'
    },
  },
  '/compact': {
    help: 'summarise the older part of this session now',
    run: async (_, run, { compact }) =>
      (await compact(run.turn.session_key, run.signal)) ? 'Summarised.' : 'There was nothing to summarise.',
  },
  '/usage': {
    help: 'tokens this session has used',
    run(_, run, { db }) {
      const rows = db.query<{ model: string; input: number; output: number }>(
        'SELECT model, input, output FROM usage_session WHERE session = ? ORDER BY input + output DESC, model',
        run.turn.session,
      )
      if (!rows.length) return 'Nothing used yet.'
      return rows.map(({ model, input, output }) => `${model}: ${input} tokens in, ${output} out`).join('\n')
    },
  },
}

/** What can be typed, `/stop` of the chat itself included. */
export function commandList(): Array<{ name: string; help: string }> {
  const own = Object.entries(COMMANDS).map(([name, { help }]) => ({ name, help }))
  return [...own, { name: '/stop', help: 'stop the answer that is being written' }]
}

/** Whether the text of a message is a command, which is answered without a model. */
export function isCommand(text: string): boolean {
  const name = /^\s*(\/[a-z]+)(?:\s|$)/i.exec(text)?.[1]?.toLowerCase()
  return name !== undefined && name !== '/compact' && Object.hasOwn(COMMANDS, name)
}

/** The answer of a command; null when the text is none, so that a model gets it. */
export async function runCommand(run: TurnRun, deps: CommandDeps): Promise<string | null> {
  const [, name, argument] = /^\s*(\/[a-z]+)(?:\s+([\s\S]*))?$/i.exec(run.input.text) ?? []
  // Who is not the owner talks to the model only: models, contexts and figures are the owner's.
  if (!run.input.owner) return null
  const command = name && Object.hasOwn(COMMANDS, name.toLowerCase()) ? COMMANDS[name.toLowerCase()] : undefined
  return command ? command.run((argument ?? '').trim(), run, deps) : null
}

function sameRef(a: string, b: string): boolean {
  return a.slice(a.indexOf('/') + 1) === b.slice(b.indexOf('/') + 1)
}
