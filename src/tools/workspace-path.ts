/** Where file tools may go: inside the workspace, and not where the gateway and others keep secrets. */
import type { Files } from '../files/index.ts'
import { SPILL_FOLDER } from './spill.ts'

/** The workspace as the file tools see it. */
export interface ToolWorkspace {
  files(): Files
  /** More paths that tools may not touch, such as a home folder that lies inside the workspace. */
  hidden?(path: string): boolean
}

const SECRET_FOLDERS = new Set(['.clawgo', '.ssh', '.gnupg', '.aws', '.azure', '.kube'])
const SECRET_FILES = new Set(['.env', '.netrc', '_netrc', '.git-credentials', '.pgpass', '.pypirc'])
const SECRET_FILE = /^(\.env\.(?!(example|sample|template|dist)$).*|id_(rsa|dsa|ecdsa|ed25519))$/

/** False for what tools neither show nor touch. `path` is relative to the workspace. */
export function isVisible(workspace: ToolWorkspace, path: string): boolean {
  // Case and trailing dots do not tell names apart on every disk.
  const parts = path.split('/').map((part) => part.toLowerCase().replace(/[. ]+$/, ''))
  const secret = parts.some((part) => SECRET_FOLDERS.has(part) || SECRET_FILES.has(part) || SECRET_FILE.test(part))
  return !secret && !workspace.hidden?.(path)
}

/** The relative path for reading. Throws for paths outside the workspace and for hidden ones. */
export function readablePath(workspace: ToolWorkspace, given: string): string {
  const path = relativePath(workspace.files().root, given)
  if (path.startsWith(`${SPILL_FOLDER}/`)) return path
  return visible(workspace, path)
}

/** The relative path for writing; throws like `readablePath`, and for the kept tool outputs. */
export function writablePath(workspace: ToolWorkspace, given: string): string {
  return visible(workspace, relativePath(workspace.files().root, given))
}

function visible(workspace: ToolWorkspace, path: string): string {
  if (!isVisible(workspace, path)) throw new Error(`'${path}' may hold secrets and is closed to file tools`)
  return path
}

/** `given` without `.` segments, an absolute path inside `root` made relative. `''` is the workspace itself. */
export function relativePath(root: string | undefined, given: string): string {
  let path = given
  if (/^([/\\]|[A-Za-z]:)/.test(given)) {
    const inside = root === undefined ? undefined : below(root, given)
    if (inside === undefined) {
      throw new Error('the path is outside the workspace: give a path relative to the workspace')
    }
    path = inside
  }
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  if (parts.includes('..')) throw new Error("the path may leave the workspace: give one without '..'")
  return parts.join('/')
}

function below(root: string, path: string): string | undefined {
  // Only a root of Windows has backslashes as separators; elsewhere they are part of a name.
  const slashes = (text: string) => (root.includes('\\') ? text.replaceAll('\\', '/') : text)
  const base = slashes(root).replace(/\/+$/, '')
  const full = slashes(path)
  if (full === base) return ''
  return full.startsWith(`${base}/`) ? full.slice(base.length + 1) : undefined
}
