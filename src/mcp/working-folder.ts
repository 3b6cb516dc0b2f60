/** Where a stdio server starts, and what of the machine's environment it sees (agent.md section 10.1). */
import { badRequest, notHere } from '../errors.ts'
import type { Files } from '../files/index.ts'
import type { McpServerSettings } from './settings.ts'

/**
 * The absolute folder a server starts in: the workspace, a folder of it (made when missing), or with `permission: full`
 * any absolute one. It says where the process starts and limits nothing: its rights are those of the gateway's user.
 */
export async function workingFolder(
  files: Files,
  { working_dir, permission }: Pick<McpServerSettings, 'working_dir' | 'permission'>,
): Promise<string> {
  const { root } = files
  if (root === undefined) throw notHere('stdio servers need a workspace on a disk')
  const folder = working_dir.trim()
  if (folder === '') return root
  if (permission.trim().toLowerCase() === 'full') {
    if (!isAbsolute(folder)) throw badRequest('mcp working_dir must be absolute when permission=full')
    return folder
  }
  const relative = insideOf(root, folder)
  if (relative === null) {
    throw badRequest(`mcp working_dir "${folder}" must stay within the workspace unless permission=full`)
  }
  if (relative === '') return root
  // The port refuses links that lead out, which looking at the path alone would not see.
  await files.mkdir(relative)
  return `${root.replace(/[/\\]$/, '')}/${relative}`
}

/** `file:` URL of an absolute folder, as roots are named. */
export function folderUrl(path: string): string {
  const slashes = path.replaceAll('\\', '/')
  return new URL(
    `file://${slashes.startsWith('/') ? '' : '/'}${encodeURI(slashes).replace(/[?#]/g, encodeURIComponent)}`,
  ).href
}

const isAbsolute = (path: string) => /^([/\\]|[A-Za-z]:[/\\])/.test(path)

/** The path relative to `root`; null when it leaves it. */
function insideOf(root: string, folder: string): string | null {
  const base = root.replace(/[/\\]+$/, '')
  let path = folder
  if (isAbsolute(folder)) {
    if (folder !== base && !folder.startsWith(`${base}/`) && !folder.startsWith(`${base}\\`)) return null
    path = folder.slice(base.length)
  }
  const parts = path.split(/[/\\]+/).filter((part) => part !== '' && part !== '.')
  return parts.includes('..') ? null : parts.join('/')
}
