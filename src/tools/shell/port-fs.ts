/** The workspace as just-bash sees a file system: the `files` port under `/` (files-and-shell.md section 5). */
import type { BufferEncoding, FileContent, FsStat, IFileSystem } from 'just-bash/browser'
import type { FileStat, Files } from '../../files/index.ts'

const MAX_READ = 8 << 20
/** What one command may write, so that a loop does not fill the disk. */
const MAX_WRITTEN = 64 << 20

type Encoding = BufferEncoding | { encoding?: BufferEncoding | null } | undefined

/** A view for one command. No symlinks, no permissions: the port has neither. */
export class PortFs implements IFileSystem {
  readonly #files: Files
  #written = 0

  constructor(files: Files) {
    this.#files = files
  }

  async readFile(path: string, options?: Encoding): Promise<string> {
    return fromBytes(await this.readFileBuffer(path), options)
  }

  async readFileBytes(path: string): ReturnType<NonNullable<IFileSystem['readFileBytes']>> {
    type Bytes = Awaited<ReturnType<NonNullable<IFileSystem['readFileBytes']>>>
    return fromBytes(await this.readFileBuffer(path), 'binary') as unknown as Bytes
  }

  async readFileBuffer(path: string): Promise<Uint8Array> {
    const stat = await this.#stat(path)
    if (stat.kind === 'dir') throw failure('EISDIR', 'illegal operation on a directory', path)
    if (stat.size > MAX_READ) throw failure('EFBIG', `file too large for this shell (limit ${MAX_READ >> 20} MB)`, path)
    return this.#files.read(stat.path)
  }

  async writeFile(path: string, content: FileContent, options?: Encoding): Promise<void> {
    await this.#files.write(at(path), this.#count(path, toBytes(content, options)), { durable: false })
  }

  async appendFile(path: string, content: FileContent, options?: Encoding): Promise<void> {
    await this.#files.append(at(path), this.#count(path, toBytes(content, options)))
  }

  async exists(path: string): Promise<boolean> {
    return at(path) === '' || (await this.#files.stat(at(path)).catch(() => null)) !== null
  }

  async stat(path: string): Promise<FsStat> {
    const { kind, size, mtime } = await this.#stat(path)
    const isFile = kind === 'file'
    return {
      isFile,
      isDirectory: !isFile,
      isSymbolicLink: false,
      mode: isFile ? 0o644 : 0o755,
      size,
      mtime: new Date(mtime),
    }
  }

  lstat(path: string): Promise<FsStat> {
    return this.stat(path)
  }

  async mkdir(path: string, options?: { recursive?: boolean }): Promise<void> {
    const found = at(path) === '' ? ROOT : await this.#files.stat(at(path))
    if (found !== null) {
      if (options?.recursive && found.kind === 'dir') return
      throw failure('EEXIST', 'file already exists', path)
    }
    if (!options?.recursive) await this.#stat(this.resolvePath(path, '..'))
    await this.#files.mkdir(at(path))
  }

  async readdir(path: string): Promise<string[]> {
    return (await this.readdirWithFileTypes(path)).map((entry) => entry.name)
  }

  async readdirWithFileTypes(path: string) {
    const entries = []
    for await (const { path: child, kind } of this.#files.list(at(path))) {
      const name = child.slice(child.lastIndexOf('/') + 1)
      entries.push({ name, isFile: kind === 'file', isDirectory: kind === 'dir', isSymbolicLink: false })
    }
    return entries
  }

  async rm(path: string, options?: { recursive?: boolean; force?: boolean }): Promise<void> {
    if (at(path) === '') throw failure('EACCES', 'the workspace itself cannot be removed', path)
    if (!(await this.exists(path)) && options?.force) return
    await this.#files.remove(at(path), { recursive: options?.recursive ?? false })
  }

  async cp(from: string, to: string, options?: { recursive?: boolean }): Promise<void> {
    const stat = await this.#stat(from)
    if (stat.kind === 'file') {
      this.#spend(from, stat.size)
      await this.#files.write(at(to), await this.#files.stream(stat.path), { durable: false })
      return
    }
    if (!options?.recursive) throw failure('EISDIR', 'is a directory (not copied)', from)
    if (`${at(to)}/`.startsWith(`${at(from)}/`)) throw failure('EINVAL', 'cannot copy a directory into itself', from)
    await this.mkdir(to, { recursive: true })
    for (const name of await this.readdir(from)) {
      await this.cp(this.resolvePath(from, name), this.resolvePath(to, name), options)
    }
  }

  async mv(from: string, to: string): Promise<void> {
    await this.#files.rename(at(from), at(to))
  }

  resolvePath(base: string, path: string): string {
    return `/${at(path.startsWith('/') ? path : `${base}/${path}`)}`
  }

  /** Only a hint for globs; just-bash walks folders itself. */
  getAllPaths(): string[] {
    return []
  }

  async chmod(path: string): Promise<void> {
    await this.#stat(path)
  }

  async utimes(path: string): Promise<void> {
    await this.#stat(path)
  }

  async symlink(_target: string, path: string): Promise<void> {
    throw failure('EPERM', 'symbolic links are not supported here', path)
  }

  async link(_existing: string, path: string): Promise<void> {
    throw failure('EPERM', 'hard links are not supported here', path)
  }

  async readlink(path: string): Promise<string> {
    throw failure('EINVAL', 'not a symbolic link', path)
  }

  async realpath(path: string): Promise<string> {
    return `/${(await this.#stat(path)).path}`
  }

  async #stat(path: string): Promise<FileStat> {
    const stat = at(path) === '' ? ROOT : await this.#files.stat(at(path))
    if (stat === null) throw failure('ENOENT', 'no such file or directory', path)
    return stat
  }

  #count(path: string, bytes: Uint8Array): Uint8Array {
    this.#spend(path, bytes.byteLength)
    return bytes
  }

  #spend(path: string, bytes: number): void {
    this.#written += bytes
    if (this.#written > MAX_WRITTEN) {
      throw failure('EFBIG', `one command may write ${MAX_WRITTEN >> 20} MB to the workspace`, path)
    }
  }
}

const ROOT: FileStat = { path: '', kind: 'dir', size: 0, mtime: 0, version: '' }

/** The interpreter's absolute path as the port's relative one; `..` above the root stays at the root. */
function at(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return parts.join('/')
}

/** just-bash reads both the code and the text. */
function failure(code: string, detail: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${detail}, '${path}'`), { code })
}

const named = (options: Encoding) => (typeof options === 'string' ? options : options?.encoding) ?? 'utf8'

function toBytes(content: FileContent, options: Encoding): Uint8Array {
  if (typeof content !== 'string') return content
  switch (named(options)) {
    case 'binary':
    case 'latin1':
    case 'ascii':
      return Uint8Array.from(content, (letter) => letter.charCodeAt(0))
    case 'base64':
      return Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0))
    case 'hex':
      return Uint8Array.from(content.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
    default:
      return new TextEncoder().encode(content)
  }
}

function fromBytes(bytes: Uint8Array, options: Encoding): string {
  const encoding = named(options)
  if (encoding === 'utf8' || encoding === 'utf-8') return new TextDecoder().decode(bytes)
  let letters = ''
  for (let i = 0; i < bytes.length; i += 8192) letters += String.fromCharCode(...bytes.subarray(i, i + 8192))
  if (encoding === 'base64') return btoa(letters)
  if (encoding === 'hex') return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return letters
}
