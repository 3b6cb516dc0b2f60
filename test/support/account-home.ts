/**
 * A home with accounts, in one process: the real config, store, refresher, pool and model service over SQLite and files in
 * memory, against an issuer and a model API on loopback. Time is the test's.
 */
import type { LanguageModelV4, LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { nodeDatabase } from '../../adapters/node/database.ts'
import { proxiedFetch } from '../../adapters/node/proxied-fetch.ts'
import { publicFetch } from '../../adapters/node/public-fetch.ts'
import { accountMigrations, openAccounts } from '../../src/accounts/index.ts'
import { openConfig } from '../../src/config/config-for-tests.ts'
import { migrate } from '../../src/db/index.ts'
import { createModelService, type Models, modelMigrations } from '../../src/models/index.ts'
import type { Platform } from '../../src/platform.ts'
import { Agenda, scheduleMigrations } from '../../src/schedule/index.ts'
import type { GuardedModel } from './guarded-model.ts'
import { memoryFiles } from './memory-files.ts'
import type { OAuthServer } from './oauth-server.ts'

export interface AccountHomeOptions {
  issuer: OAuthServer
  model: GuardedModel
  /** Members of the provider `pool`. */
  provider?: Record<string, unknown>
  /** Members of its `oauth`. */
  oauth?: Record<string, unknown>
  /** Credential files by name: their members. */
  files?: Record<string, Record<string, unknown>>
  env?: Record<string, string>
  /** Other files of the home, by path. */
  others?: Record<string, string>
  /** The next life of a home that crashed: its disk, its database, its time. */
  after?: { db: ReturnType<typeof nodeDatabase>; files: ReturnType<typeof memoryFiles>; time: { now: number } }
}

export async function openAccountHome({
  issuer,
  model,
  provider,
  oauth,
  files: given = {},
  env = {},
  others = {},
  after,
}: AccountHomeOptions) {
  const time = after?.time ?? { now: Date.now() }
  const now = () => time.now
  const db = after?.db ?? nodeDatabase(':memory:')
  migrate(db, [scheduleMigrations, modelMigrations, accountMigrations])
  const lines: string[] = []
  const write = (message: string, fields?: object) => void lines.push(`${message} ${JSON.stringify(fields ?? {})}`)
  const log = { debug: write, info: write, warn: write, error: write }
  const files =
    after?.files ??
    memoryFiles({
      ...others,
      ...Object.fromEntries(Object.entries(given).map(([name, members]) => [`auth/${name}`, JSON.stringify(members)])),
    })
  const initial = {
    gateway: { token: 't', host: '127.0.0.1' },
    agents: { defaults: { model: { primary: 'pool/m-1' } } },
    models: {
      providers: {
        pool: {
          api_base: model.baseUrl,
          models: ['m-1'],
          auth: 'oauth',
          timeout_sec: 10,
          type: 'openai-compatible',
          ...provider,
          oauth: {
            provider: 'gemini',
            client_id: issuer.clientId,
            token_url: issuer.tokenUrl,
            auth_url: issuer.authorizeUrl,
            credential_files: Object.keys(given).map((name) => `/home/u/.clawgo/auth/${name}`),
            ...oauth,
          },
        },
      },
    },
  }
  const config = await openConfig({ db, files }, { initial, now })
  const working = new Set<Promise<unknown>>()
  const background = (work: Promise<unknown>) => {
    const kept = work.catch((error: unknown) => void lines.push(String(error)))
    working.add(kept)
    void kept.finally(() => working.delete(kept))
  }
  const agenda = new Agenda({ db, alarm: { set() {} }, now, log })
  const platform = { db, env, log, files, now, publicFetch, proxied: proxiedFetch, background } as unknown as Platform
  let models: Models | undefined
  const relays = { relays: () => [], changes: () => [], forgetChanges() {} }
  const room = openAccounts({ platform, config, relays, agenda, home: '/home/u/.clawgo', models: () => models! })
  models = createModelService({
    ...{ config: () => config.current, env, fetch: globalThis.fetch, db, now, log, local: false },
    accounts: room.accounts,
  })
  const service = models
  await room.start()

  return {
    db,
    files,
    config,
    agenda,
    accounts: room.accounts,
    models: service,
    time,
    lines,
    /** Runs what is due, and what that began. */
    async wake() {
      await agenda.wake()
      await Promise.all(working)
    },
    /** What a file of `auth/` holds now. */
    async stored(name: string): Promise<string> {
      return new TextDecoder().decode(await files.read(`auth/${name}`))
    },
    /** One model call through the first candidate, as a turn does it: whose credential answered, or the failure. */
    async ask(modelId = 'm-1'): Promise<string> {
      const [candidate] = await service.candidates(`pool/${modelId}`)
      return answerOf(candidate!.model)
    },
    /** As `ask`, streamed; `silenceMs` is how long the caller waits for the next part. */
    async stream(silenceMs: number): Promise<string> {
      const [candidate] = await service.candidates('pool/m-1')
      return streamed(candidate!.model, silenceMs)
    },
    /** Ends this life properly; the disk and the database stay for the next. */
    async end() {
      room.close()
      await Promise.all(working)
    },
    close() {
      room.close()
      db.close()
    },
  }
}

export type AccountHome = Awaited<ReturnType<typeof openAccountHome>>

/** The text of one answer without its greeting. Throws what the model throws. */
async function answerOf(model: LanguageModelV4): Promise<string> {
  const { content } = await model.doGenerate({ prompt: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }] })
  return content
    .flatMap((part) => (part.type === 'text' ? [part.text] : []))
    .join('')
    .replace('answered for ', '')
}

/** The same as a stream. Throws the stream's error, or the timeout. */
async function streamed(model: LanguageModelV4, silenceMs: number): Promise<string> {
  const abortSignal = AbortSignal.timeout(silenceMs)
  const prompt = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'hi' }] }]
  const { stream } = await model.doStream({ prompt, abortSignal })
  let text = ''
  for await (const part of stream as unknown as AsyncIterable<LanguageModelV4StreamPart>) {
    if (part.type === 'error') throw part.error
    if (part.type === 'text-delta') text += part.delta
  }
  return text.replace('answered for ', '')
}
