/**
 * The config of a running gateway. One writer at a time; a save is checked, written atomically, applied to everybody
 * who listens, and taken back as a whole when one of them refuses it (design.md section 3).
 */
import { badRequest, GatewayError, messageOf, notFound } from '../errors.ts'
import type { Files } from '../files/index.ts'
import type { Database, Log } from '../platform.ts'
import { decodeWith, parseJson, toDocument } from './decode.ts'
import {
  canonical,
  changedPaths,
  type Document,
  isRecord,
  sameJson,
  setAt,
  unknownKeys,
  valueAt,
  withUnknown,
} from './document.ts'
import { type Override, overridesOf } from './environment.ts'
import { checkPath, parsePath, parseValue } from './key-path.ts'
import { type ConfigListener, Listeners } from './listeners.ts'
import { Masks } from './masks.ts'
import { newHome, newToken, tokenOf } from './new-home.ts'
import { applyNormalizedView, normalizedSchema, normalizedView } from './normalized-view.ts'
import { type Revision, Revisions } from './revisions.ts'
import { type Config, configSchema } from './schema.ts'
import { evaluate, invalid, invalidFile, prefixed, readText, type State } from './state.ts'
import { problemsOf } from './validate.ts'

export interface ConfigDeps {
  files: Files
  db: Database
  env: Readonly<Record<string, string | undefined>>
  now(): number
  log: Log
  /** The home as shown to people; the default workspace and log folder are in it. */
  home: string
  /** The file in `files`; default `config.json`. */
  path?: string
  /** First config when there is no file. */
  initial?: unknown
  /** The token of a config that is made now. */
  token?: string
}

const HOST = ['gateway', 'host'] as const
/** The file over the defaults, unknown keys included. */
const shownTo = ({ file, document }: State) => withUnknown(configSchema, file, document)

export class ConfigService {
  readonly #deps: ConfigDeps
  readonly #path: string
  readonly #overrides: readonly Override[]
  readonly #masks: Masks
  readonly #revisions: Revisions
  readonly #listeners = new Listeners()
  readonly #saved = new Set<(source: string) => void>()
  /** Documents beside the config whose secrets are masked too. */
  readonly #beside: Array<() => readonly Document[]> = []
  #state: State
  #queue: Promise<unknown> = Promise.resolve()

  private constructor(deps: ConfigDeps, overrides: readonly Override[], masks: Masks, state: State) {
    this.#deps = deps
    this.#path = deps.path ?? 'config.json'
    this.#overrides = overrides
    this.#masks = masks
    this.#revisions = new Revisions(deps.db)
    this.#state = state
  }

  /**
   * Loads the config; a home without one gets it, with a random token and on loopback. A file without a token gets one,
   * once. Broken JSON, a value of the wrong type, or a bad environment variable is a `GatewayError` that names it.
   * The tables of `configMigrations` must exist.
   */
  static async open(deps: ConfigDeps): Promise<ConfigService> {
    const path = deps.path ?? 'config.json'
    const overrides = overridesOf(deps.env)
    const text = await readText(deps.files, path)
    const state = invalidFile(path, () => {
      const document = text === null ? newHome(deps.initial, deps.token) : toDocument(parseJson(text))
      return evaluate(document, text ?? undefined, deps.home, overrides)
    })
    const service = new ConfigService(deps, overrides, await Masks.open(deps.db), state)
    if (tokenOf(state.document) === undefined) setAt(state.document, ['gateway', 'token'], newToken())
    await service.#lock(() => service.#start())
    return service
  }

  async #start(): Promise<void> {
    const { document, text } = this.#state
    const state = this.#evaluate(document, text)
    const changed = text === undefined || !sameJson(document, toDocument(parseJson(text)))
    state.text = changed ? await this.#write(document) : text
    this.#revisions.add(document, { at: this.#deps.now(), source: 'start', changed: [] })
    await this.#adopt(state)
    for (const problem of problemsOf(state.current)) this.#deps.log.warn(`config: ${problem}`)
    const unknown = this.unknownKeys
    if (unknown.length > 0) this.#deps.log.warn(`config: unknown keys are kept and ignored: ${unknown.join(', ')}`)
  }

  /** The config in force: environment applied, settled, complete. Replaced, never changed; do not change it. */
  get current(): Config {
    return this.#state.current
  }

  /** Paths of the keys that the file has and the schema does not know. */
  get unknownKeys(): string[] {
    return unknownKeys(configSchema, this.#state.document)
  }

  /** Paths of the keys that the environment overrides. */
  get overridden(): string[] {
    return this.#overrides.map(({ path }) => path.join('.'))
  }

  /** Every secret of the config in force and of the kept revisions: what must appear in no log. Never show it. */
  secrets(): string[] {
    return this.#masks.texts()
  }

  /** The file over the defaults, unknown keys included, secrets masked; without the environment. */
  plain(): Document {
    return this.#masked(withUnknown(configSchema, this.#state.file, this.#state.document))
  }

  /** The config in force, unknown keys included, secrets masked. */
  raw(): Document {
    return this.#masked(withUnknown(configSchema, this.#state.current, this.#state.document))
  }

  /** The normalized view of the config in force, secrets masked (config.md section 8). */
  normalized(): Document {
    return this.#masks.mask(normalizedSchema, normalizedView(this.#state.current)) as Document
  }

  /**
   * Replaces the config over the defaults. A missing `gateway.token` or `gateway.host` keeps the one in the file, so that
   * a partial body neither locks anybody out nor opens a local gateway to the network; masks stand for the secrets they
   * came from. Wrong types are 400 `decode config: ...`, broken rules 400 with the contract's `errors`. `edit` may still
   * change the document, secrets in clear, before it is checked.
   */
  saveRaw(body: unknown, source: string, edit?: (document: Document) => void): Promise<void> {
    return this.#lock(async () => {
      const document = this.#resolve(prefixed('decode config: ', () => toDocument(body)))
      edit?.(document)
      const host = valueAt(this.#state.document, HOST)
      if (
        host !== undefined &&
        valueAt(document, HOST) === undefined &&
        (document.gateway === undefined || isRecord(document.gateway))
      )
        setAt(document, HOST, host)
      await this.#commit(document, source)
    })
  }

  /** Applies an edited normalized view onto the file; what it leaves out goes by the table of config.md section 8.2. */
  saveNormalized(body: unknown, source: string, edit?: (document: Document) => void): Promise<void> {
    return this.#lock(async () => {
      const base = await this.#fresh()
      const view = prefixed('decode normalized config: ', () => {
        const { document, errors } = this.#masks.resolve(normalizedSchema, canonical(normalizedSchema, body ?? {}))
        if (errors.length > 0) throw invalid(errors)
        return decodeWith(normalizedSchema, document)
      })
      const next = applyNormalizedView(base.document, view, base.file)
      edit?.(next)
      await this.#commit(next, source)
    })
  }

  /** Load, change, save under one lock. `mutate` gets the file's document, secrets in clear, and may change it at will. */
  update(mutate: (document: Document) => void, source: string): Promise<void> {
    return this.#lock(async () => {
      const base = await this.#fresh()
      const next = structuredClone(base.document)
      mutate(next)
      await this.#commit(this.#resolve(toDocument(next)), source, problemsOf(base.file))
    })
  }

  /**
   * Takes the file over after somebody else wrote it; what did not change is not touched. A file that is broken, or
   * breaks a rule that the config in force keeps, is refused: 400 `load config: ...`, and all stays as it is.
   */
  reload(source: string): Promise<void> {
    return this.#lock(async () => {
      const next = await this.#fresh()
      if (next.text === this.#state.text) return
      const problems = problemsOf(next.file)
      const known = problemsOf(this.#state.file)
      const broken = problems.filter((problem) => !known.includes(problem))
      if (broken.length > 0) throw badRequest(`load config: invalid config: ${broken.join('; ')}`)
      if (this.#keepToken(next.document)) next.text = await this.#write(next.document)
      await this.#apply(this.#evaluate(next.document, next.text), source)
    })
  }

  /** The value at a dotted path of the file over the defaults, masked unless `reveal`; undefined when there is none. */
  get(path: string, options: { reveal?: boolean } = {}): unknown {
    const keys = parsePath(path)
    const { file, document } = this.#state
    return valueAt(options.reveal ? withUnknown(configSchema, file, document) : this.plain(), keys)
  }

  /** Sets one key; a text is read as `config set` reads it (config.md section 7.4). Checked like any save. */
  set(path: string, value: unknown, source = 'cli'): Promise<void> {
    return this.#lock(async () => {
      const keys = parsePath(path)
      const base = await this.#fresh()
      const next = structuredClone(base.document)
      checkPath(next, keys)
      setAt(next, keys, typeof value === 'string' ? parseValue(keys, value) : value)
      await this.#commit(this.#resolve(toDocument(next)), source, problemsOf(base.file))
    })
  }

  /** From now on the secrets of these documents, which have the config's shape, are masked and hidden as its own are. */
  alsoHides(documents: () => readonly Document[]): void {
    this.#beside.push(documents)
  }

  /** Call when a document of `alsoHides` has changed. */
  relearn(): Promise<void> {
    return this.#learn()
  }

  /** A copy of a document of the config's shape with its secrets masked; the config or `alsoHides` must know them. */
  masked(document: Document): Document {
    return this.#masked(document)
  }

  /** The opposite: masks replaced by the secrets they came from. 400 with the contract's `errors` for an unknown mask. */
  unmasked(document: Document): Document {
    return this.#resolve(document)
  }

  /** The kept revisions, newest first. */
  history(): Revision[] {
    return this.#revisions.list()
  }

  /** Puts a kept revision back, with the secrets it had. An unknown id is 404. */
  rollback(id: number, source = 'rollback'): Promise<void> {
    return this.#lock(async () => {
      const document = this.#revisions.get(id)
      if (!document) throw notFound(`no config revision ${id}, see GET /api/config/history`)
      await this.#commit(document, source, problemsOf(this.#state.file))
    })
  }

  /**
   * Runs `listener` on every change of the config in force. A listener that throws must have left things as they were:
   * the change is taken back, and those who ran before it run again with the old config. It must not save the config.
   */
  subscribe(listener: ConfigListener): () => void {
    return this.#listeners.add(listener)
  }

  /** Runs `listener`, which must not throw, after every save or reload that stands, also one that changed nothing. */
  onSaved(listener: (source: string) => void): () => void {
    this.#saved.add(listener)
    return () => this.#saved.delete(listener)
  }

  /** Checks, writes and applies; `known` are problems that were there before and are not this save's fault. */
  async #commit(next: Document, source: string, known: readonly string[] = []): Promise<void> {
    this.#keepToken(next)
    this.#keepOverridden(next)
    const state = prefixed('decode config: ', () => this.#evaluate(next, undefined))
    const errors = problemsOf(state.file).filter((problem) => !known.includes(problem))
    if (errors.length > 0) throw invalid(errors)
    const before = await readText(this.#deps.files, this.#path)
    state.text = await this.#write(next)
    try {
      await this.#apply(state, source)
    } catch (error) {
      if (before !== null) {
        await this.#deps.files.write(this.#path, before).catch((fault) => {
          this.#deps.log.error(`config: could not restore ${this.#path} after a refused change: ${messageOf(fault)}`)
        })
      }
      throw error
    }
  }

  /** Puts a state in force, or throws 400 and leaves the old one in force. */
  async #apply(state: State, source: string): Promise<void> {
    const previous = this.#state
    const paths = changedPaths(previous.current, state.current)
    // As people see it: a default that is written down now is no change.
    const changed = changedPaths(shownTo(previous), shownTo(state))
    await this.#adopt(state)
    try {
      if (paths.length > 0) {
        await this.#listeners.run({ config: state.current, previous: previous.current, paths, source }, (error) =>
          this.#deps.log.error(`config: could not go back after a refused change: ${messageOf(error)}`),
        )
      }
    } catch (error) {
      await this.#adopt(previous)
      throw error instanceof GatewayError ? error : badRequest(`apply config: ${messageOf(error)}`)
    }
    this.#revisions.add(state.document, { at: this.#deps.now(), source, changed })
    await this.#learn()
    for (const listener of this.#saved) listener(source)
  }

  async #adopt(state: State): Promise<void> {
    await this.#learn(state)
    this.#state = state
  }

  async #learn(...more: State[]): Promise<void> {
    const states = [this.#state, ...more].flatMap(({ document, file, current }) => [document, file, current])
    const beside = this.#beside.flatMap((documents) => documents())
    await this.#masks.learn(configSchema, [...this.#revisions.documents(), ...states, ...beside])
  }

  #evaluate(document: Document, text: string | undefined): State {
    return evaluate(document, text, this.#deps.home, this.#overrides)
  }

  /** The file as it is now, which its owner may have edited a moment ago. */
  async #fresh(): Promise<State> {
    const text = await readText(this.#deps.files, this.#path)
    if (text === this.#state.text) return this.#state
    if (text === null) throw badRequest(`load config: ${this.#path} is missing`)
    return prefixed('load config: ', () => this.#evaluate(toDocument(parseJson(text)), text))
  }

  #resolve(document: Document): Document {
    const resolved = this.#masks.resolve(configSchema, document)
    if (resolved.errors.length > 0) throw invalid(resolved.errors)
    return resolved.document as Document
  }

  #masked(document: unknown): Document {
    return this.#masks.mask(configSchema, document) as Document
  }

  /** A document without a token keeps the one of the file; true when it had none. */
  #keepToken(document: Document): boolean {
    if (tokenOf(document) !== undefined) return false
    if (document.gateway !== undefined && !isRecord(document.gateway)) return false
    setAt(document, ['gateway', 'token'], tokenOf(this.#state.document) ?? newToken())
    return true
  }

  /** A saved value that only repeats the environment is not the file's: the file keeps its own. */
  #keepOverridden(next: Document): void {
    for (const { path, value } of this.#overrides) {
      const saved = valueAt(next, path)
      const own = valueAt(this.#state.document, path)
      if (saved === undefined || sameJson(saved, own)) continue
      if (sameJson(saved, value) || sameJson(saved, valueAt(this.#state.current, path))) setAt(next, path, own)
    }
  }

  async #write(document: Document): Promise<string> {
    const text = `${JSON.stringify(document, null, 2)}\n`
    await this.#deps.files.write(this.#path, text)
    return text
  }

  #lock<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work)
    this.#queue = result.catch(() => {})
    return result
  }
}
