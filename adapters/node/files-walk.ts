/**
 * Walking to a folder without ever leaving the root, whatever another process does to the tree meanwhile.
 *
 * On Linux each folder is opened relative to the descriptor of the one before (`/proc/self/fd/N/name` is `openat`), and
 * never through a symbolic link: links are read and followed here, as far as they stay inside. Elsewhere the same walk
 * runs on paths, checked by `realpath` at its end; that is best effort against a process that swaps folders.
 */
import { constants, existsSync, mkdirSync, realpathSync } from 'node:fs'
import { type FileHandle, lstat, mkdir, open, readlink, realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { FileError, splitPath } from '../../src/files/index.ts'
import { fileError, systemCode } from './files-errors.ts'

const MAX_LINKS = 20
/** Zero where the system has no such flag. */
const { O_RDONLY, O_DIRECTORY = 0, O_NOFOLLOW = 0 } = constants

export interface Root {
  /** As it was named and as it really is: absolute links may use either. */
  readonly named: string
  readonly real: string
  /** Walk by descriptors; false is the best-effort walk. */
  readonly descriptors: boolean
}

/** An open folder. `at(name)` is a path that cannot be redirected by renaming the folder or one above it. */
export interface OpenFolder {
  at(name: string): string
  sync(): Promise<void>
  close(): Promise<void>
}

export interface FolderOptions {
  /** Makes missing folders (0700); `durable` also syncs the folders they are made in. */
  make?: { durable: boolean }
}

/** The root folder at the absolute path `named`, made with mode 0700 when missing. */
export function openRoot(named: string, descriptors?: boolean): Root {
  mkdirSync(named, { recursive: true, mode: 0o700 })
  return { named, real: realpathSync(named), descriptors: descriptors ?? existsSync('/proc/self/fd') }
}

/**
 * Opens the folder at a contained path, following links that stay inside. Rejects with `FileError` about `asked`, the
 * path that the caller's caller knows.
 */
export async function openFolder(
  root: Root,
  path: string,
  options: FolderOptions = {},
  asked: string = path,
): Promise<OpenFolder> {
  let parts = path === '' ? [] : path.split('/')
  for (let links = 0; links <= MAX_LINKS; links++) {
    const end = await walk(root, parts, options, asked)
    if (!Array.isArray(end)) return end
    parts = end
  }
  throw new FileError('ELOOP', asked)
}

/**
 * Runs `act` on the folder and the name that `path` ends in. With `follow`, an `ELOOP` of `act` means that the name is a
 * symbolic link: it is followed when it stays inside the root. Rejects with `FileError`.
 */
export async function atEntry<T>(
  root: Root,
  path: string,
  options: FolderOptions & { follow?: boolean },
  act: (folder: OpenFolder, name: string) => Promise<T>,
): Promise<T> {
  let target = path
  for (let links = 0; links <= MAX_LINKS; links++) {
    const [parent, name] = splitPath(target)
    const folder = await openFolder(root, parent, options, path)
    try {
      return await act(folder, name || '.')
    } catch (error) {
      if (!options.follow || systemCode(error) !== 'ELOOP') throw fileError(error, path)
      const link = await readlink(folder.at(name)).catch((cause) => {
        throw fileError(cause, path)
      })
      target = resolveLink(root, parent ? parent.split('/') : [], link, path).join('/')
    } finally {
      await folder.close()
    }
  }
  throw new FileError('ELOOP', path)
}

/** Opens a folder inside an open one; a symbolic link is no folder here (`ELOOP` or `ENOTDIR`). */
export async function enter(root: Root, folder: OpenFolder, name: string): Promise<OpenFolder> {
  const path = folder.at(name)
  if (root.descriptors) return byDescriptor(await open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW))
  if (!(await lstat(path)).isDirectory()) throw Object.assign(new Error(), { code: 'ENOTDIR', syscall: 'open' })
  return byPath(path)
}

/** One attempt: the open folder, or the names to walk instead because a link was met. */
async function walk(root: Root, parts: string[], options: FolderOptions, path: string): Promise<OpenFolder | string[]> {
  let folder: OpenFolder | undefined
  try {
    folder = await enterRoot(root, options)
    for (const [i, part] of parts.entries()) {
      const next = await enterOrRead(root, folder, part, options)
      if (typeof next === 'string') {
        await folder.close()
        return [...resolveLink(root, parts.slice(0, i), next, path), ...parts.slice(i + 1)]
      }
      await folder.close()
      folder = next
    }
    if (!root.descriptors && !isInside(root.real, await realpath(folder.at('.')))) throw new FileError('EACCES', path)
    return folder
  } catch (error) {
    await folder?.close()
    throw fileError(error, path)
  }
}

async function enterRoot(root: Root, options: FolderOptions): Promise<OpenFolder> {
  if (options.make && !existsSync(root.real)) await mkdir(root.real, { recursive: true, mode: 0o700 })
  return root.descriptors ? byDescriptor(await open(root.real, O_RDONLY | O_DIRECTORY)) : byPath(root.real)
}

/** The folder `name`, or where it points to when it is a link. */
async function enterOrRead(
  root: Root,
  folder: OpenFolder,
  name: string,
  options: FolderOptions,
): Promise<OpenFolder | string> {
  try {
    return await enter(root, folder, name)
  } catch (error) {
    const code = systemCode(error)
    if (code === 'ENOENT' && options.make) {
      await mkdir(folder.at(name), { mode: 0o700 }).catch((cause) => {
        if (systemCode(cause) !== 'EEXIST') throw cause
      })
      if (options.make.durable) await folder.sync()
      // Made by somebody else meanwhile, perhaps as a link: then the next attempt reads it.
      return enterOrRead(root, folder, name, {})
    }
    if (code !== 'ELOOP' && code !== 'ENOTDIR') throw error
    return readlink(folder.at(name)).catch((cause) => {
      throw systemCode(cause) === 'EINVAL' ? error : cause
    })
  }
}

/** The names that a link found in the folder `from` stands for; refuses one that leaves the root. */
function resolveLink(root: Root, from: readonly string[], link: string, path: string): string[] {
  const absolute = link.startsWith('/') || (sep !== '/' && /^[A-Za-z]:/.test(link))
  const base = absolute ? [root.real, root.named].find((folder) => isInside(folder, link)) : ''
  if (base === undefined) throw new FileError('EACCES', path)
  const parts = absolute ? [] : [...from]
  for (const part of link.slice(base.length).split(sep)) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) throw new FileError('EACCES', path)
  }
  return parts
}

function isInside(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}

function byDescriptor(handle: FileHandle): OpenFolder {
  return {
    at: (name) => `/proc/self/fd/${handle.fd}/${name}`,
    sync: () => handle.sync(),
    close: () => handle.close(),
  }
}

function byPath(path: string): OpenFolder {
  return {
    at: (name) => join(path, name),
    async sync() {
      // Windows cannot sync a folder.
      const handle = await open(path, O_RDONLY).catch(() => undefined)
      await handle?.sync().catch(() => undefined)
      await handle?.close()
    },
    close: async () => undefined,
  }
}
