/** What follows from one document, and how its faults are told. */
import { badRequest, GatewayError } from '../errors.ts'
import { FileError, type Files } from '../files/index.ts'
import { decodeConfig } from './decode.ts'
import { type Document, setAt } from './document.ts'
import type { Override } from './environment.ts'
import { normalise } from './normalise.ts'
import type { Config } from './schema.ts'

export interface State {
  /** The file's text; undefined before it was written. */
  text: string | undefined
  document: Document
  /** The document over the defaults, settled, without the environment. */
  file: Config
  /** In force: with the environment. */
  current: Config
}

/** Decodes a canonical document; a value of the wrong type is a `bad_request` that names its key. */
export function evaluate(
  document: Document,
  text: string | undefined,
  home: string,
  overrides: readonly Override[],
): State {
  const decoded = decodeConfig(document, home)
  const withEnv = structuredClone(decoded)
  for (const { path, value } of overrides) setAt(withEnv as unknown as Document, path, structuredClone(value))
  return { text, document, file: normalise(decoded), current: normalise(withEnv) }
}

/** The contract's answer to a config that breaks rules (gateway-api.md "Config"). */
export function invalid(errors: string[]): GatewayError {
  const error = `invalid config: ${errors.join('; ')}`
  return badRequest(error, { body: { ok: false, error, errors } })
}

/** Runs `work`; its fault is a 400 that says where it happened, or the contract's answer as it is. */
export function prefixed<T>(prefix: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof GatewayError) || error.body) throw error
    throw badRequest(prefix + error.message)
  }
}

/** Runs `work` at the start; its fault names the file. */
export function invalidFile<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    throw new GatewayError(500, 'invalid_config', `${path}: ${error.message}`)
  }
}

/** The whole file; null when there is none. */
export async function readText(files: Files, path: string): Promise<string | null> {
  try {
    return new TextDecoder().decode(await files.read(path))
  } catch (error) {
    if (error instanceof FileError && error.code === 'ENOENT') return null
    throw error
  }
}
