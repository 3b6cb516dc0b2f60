/**
 * `runtime_history_file`: the history of a provider as a file, for programs that read it, beside the database that the
 * gateway itself goes by (providers.md section 10). A file of an earlier program is taken in once.
 */
import * as z from 'zod'
import type { Config, ProviderConfig } from '../config/index.ts'
import { messageOf } from '../errors.ts'
import { contained, FileError, type Files } from '../files/index.ts'
import { jsonObject } from '../json-object.ts'
import type { CredentialPool, ProviderEvent, ProviderHistory } from '../models/index.ts'
import type { Database, Log } from '../platform.ts'
import type { HomeNames } from './credential-path.ts'
import { eventView } from './runtime-events.ts'
import { apiState } from './runtime-view.ts'

export interface HistoryFilesDeps {
  db: Database
  files: Files
  names: HomeNames
  config: () => Config
  pool: () => CredentialPool
  now: () => number
  log: Log
  background(work: Promise<unknown>): void
}

/** A burst of events is written once. */
const WRITE_AFTER_MS = 1000
const MAX_BYTES = 4 << 20

const stored = z.object({
  when: z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
  kind: z.string().default(''),
  target: z.string().default(''),
  reason: z.string().default(''),
  detail: z.string().default(''),
})

export class HistoryFiles {
  readonly #deps: HistoryFilesDeps
  /** Providers whose file is about to be written, and what writes it at once. */
  readonly #due = new Map<string, () => void>()
  #closed = false

  constructor(deps: HistoryFilesDeps) {
    this.#deps = deps
  }

  /** Takes in what an earlier program left, once a provider; what cannot be read is logged and left alone. */
  async takeIn(): Promise<void> {
    const { db, files, names, config, pool, log } = this.#deps
    for (const [provider, entry] of Object.entries(config().models.providers)) {
      if (!entry.runtime_persist) continue
      const path = historyPath(entry.runtime_history_file || defaultName(provider), names)
      if (path === null) {
        log.warn('runtime_history_file is not used: it must be a .json file in runtime/ of the home', { provider })
        continue
      }
      if (db.query('SELECT 1 FROM history_import WHERE provider = ?', provider).length > 0) continue
      try {
        const stat = await files.stat(path)
        const text = stat?.kind === 'file' && stat.size <= MAX_BYTES ? await files.read(path) : null
        if (text) pool().takeIn(provider, historyIn(new TextDecoder().decode(text)))
        db.query('INSERT INTO history_import (provider) VALUES (?)', provider)
      } catch (error) {
        log.warn('a runtime history file cannot be read', { provider, file: path, error: messageOf(error) })
      }
    }
  }

  /** Something was added to the history of a provider: its file, if the config names one, follows within a second. */
  changed(provider: string): void {
    if (this.#closed || this.#due.has(provider) || this.#path(provider) === null) return
    const wait = new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, WRITE_AFTER_MS)
      this.#due.set(provider, () => {
        clearTimeout(timer)
        resolve()
      })
    })
    this.#deps.background(wait.then(() => this.#write(provider)))
  }

  /** The history of a provider was cleared: its file goes. */
  async forget(provider: string): Promise<void> {
    const path = this.#path(provider)
    if (path === null) return
    await this.#deps.files.remove(path).catch((error: unknown) => {
      if (!(error instanceof FileError && error.code === 'ENOENT')) throw error
    })
  }

  /** Writes now what is due; the platform waits for it. */
  close(): void {
    this.#closed = true
    for (const now of [...this.#due.values()]) now()
  }

  async #write(provider: string): Promise<void> {
    this.#due.delete(provider)
    const { files, pool, log } = this.#deps
    const path = this.#path(provider)
    if (path === null) return
    const { hits, errors, changes, lastSuccess } = pool().history(provider)
    const content = {
      api_state: apiState(pool().keyState(provider)),
      recent_hits: hits.map(eventView),
      recent_errors: errors.map(eventView),
      recent_changes: changes.map(eventView),
      last_success: lastSuccess && eventView(lastSuccess),
      candidate_order: await pool().order(provider),
    }
    try {
      await files.write(path, `${JSON.stringify(content, null, 2)}\n`)
    } catch (error) {
      log.warn('a runtime history file cannot be written', { provider, file: path, error: messageOf(error) })
    }
  }

  /** The file of a provider that asks for one; null for any other. */
  #path(provider: string): string | null {
    const { providers } = this.#deps.config().models
    const entry: ProviderConfig | undefined = Object.hasOwn(providers, provider) ? providers[provider] : undefined
    if (!entry?.runtime_persist || entry.runtime_history_file.trim() === '') return null
    return historyPath(entry.runtime_history_file, this.#deps.names)
  }
}

const defaultName = (provider: string) => `runtime/providers/${provider}.json`

/**
 * The path in the home (`runtime/providers/x.json`) of a name from the config; null when it is not a JSON file in
 * `runtime/`. An absolute path of another home means the file of that name here: a home may have been moved.
 */
export function historyPath(name: string, { home, userHome }: HomeNames): string | null {
  let text = name.trim().replaceAll('\\', '/')
  if (text.startsWith('~/') && userHome) text = `${userHome.replace(/\/+$/, '')}${text.slice(1)}`
  const root = home.replace(/\/+$/, '')
  if (text.startsWith(`${root}/`)) text = text.slice(root.length + 1)
  if (text.split('/').includes('..')) return null
  const moved = /^(?:\/|~\/|[A-Za-z]:\/).*\/(runtime\/.+)$/.exec(text)
  if (moved) text = moved[1]!
  try {
    const path = contained(text)
    return /^runtime\/([^/]+\/){0,2}[^/]+\.json$/.test(path) ? path : null
  } catch {
    return null
  }
}

/** What a file holds, newest first; events that are none are left out. */
function historyIn(text: string): ProviderHistory {
  const file = jsonObject(text) ?? {}
  const list = (value: unknown): ProviderEvent[] =>
    (Array.isArray(value) ? value : []).flatMap((each) => {
      const event = stored.safeParse(each)
      if (!event.success) return []
      const { when, ...rest } = event.data
      return [{ at: when, ...rest }]
    })
  return {
    hits: list(file.recent_hits),
    errors: list(file.recent_errors),
    changes: list(file.recent_changes),
    lastSuccess: list([file.last_success])[0] ?? null,
  }
}
