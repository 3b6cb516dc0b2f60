/** The credential files of the home: read once, written atomically, encrypted where the owner gave a key. */
import { messageOf } from '../errors.ts'
import { FileError, type Files } from '../files/index.ts'
import { type Credential, credentialText } from './credential.ts'
import { readCredential } from './credential-reader.ts'
import type { Vault } from './vault.ts'

/** No credential is larger. */
export const MAX_CREDENTIAL_BYTES = 256 * 1024
/** A file that somebody edits is seen after this long at most. */
const LOOK_AGAIN_MS = 5000

interface Cached {
  credential: Credential
  version: string
  lookedAt: number
}

export interface CredentialFilesDeps {
  files: Files
  vault: Vault
  now: () => number
}

export class CredentialFiles {
  readonly #deps: CredentialFilesDeps
  readonly #cache = new Map<string, Cached>()

  constructor(deps: CredentialFilesDeps) {
    this.#deps = deps
  }

  /**
   * The credential at a path of the home, for the flow `provider`; null when there is no file. Throws when it cannot be read or
   * understood. A file that should be encrypted and is not is encrypted now.
   */
  async read(path: string, provider: string): Promise<Credential | null> {
    const { files, vault, now } = this.#deps
    const cached = this.#cache.get(path)
    if (cached && now() - cached.lookedAt < LOOK_AGAIN_MS) return cached.credential
    const stat = await files.stat(path)
    if (stat === null || stat.kind !== 'file') {
      this.#cache.delete(path)
      return null
    }
    if (cached?.version === stat.version) {
      cached.lookedAt = now()
      return cached.credential
    }
    if (stat.size > MAX_CREDENTIAL_BYTES) throw new Error(`${path} is too large for a credential file`)
    const stored = new TextDecoder().decode(await files.read(path))
    const { text, current } = await vault.open(path, stored)
    const credential = readCredential(text, provider, path, stat.mtime)
    this.#cache.set(path, { credential, version: stat.version, lookedAt: now() })
    if (!current) await this.write(path, credential)
    return credential
  }

  /** Writes a credential, durable when it returns; from then on it is what `read` gives. */
  async write(path: string, credential: Credential): Promise<void> {
    const { files, vault, now } = this.#deps
    const { version } = await files.write(path, await vault.seal(path, credentialText(credential)))
    this.#cache.set(path, { credential, version, lookedAt: now() })
  }

  async exists(path: string): Promise<boolean> {
    return (await this.#deps.files.stat(path)) !== null
  }

  /** Removes a file; a missing one is fine. */
  async remove(path: string): Promise<void> {
    this.#cache.delete(path)
    try {
      await this.#deps.files.remove(path)
    } catch (error) {
      if (!(error instanceof FileError && error.code === 'ENOENT')) throw error
    }
  }

  /** Every file is read anew at its next use. */
  forget(): void {
    this.#cache.clear()
  }
}

/** Why a file could not be read, for the log and the history: a JSON error repeats no content. */
export const readProblem = (error: unknown) => messageOf(error).slice(0, 200)
