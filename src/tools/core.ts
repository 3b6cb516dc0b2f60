/** The tools that every gateway has, on each runtime. */

import type { Files } from '../files/index.ts'
import { MemoryStore } from '../memory/index.ts'
import type { SystemFacts } from '../platform.ts'
import type { SessionStore } from '../sessions/index.ts'
import { editFileTool } from './edit-file.ts'
import { findFilesTool } from './find-files.ts'
import { grepFilesTool } from './grep-files.ts'
import { listDirTool } from './list-dir.ts'
import { memoryTools } from './memory.ts'
import { type Messenger, messageTool } from './message.ts'
import { readFileTool } from './read-file.ts'
import { sessionSearchTool } from './session-search.ts'
import { sessionsTool } from './sessions.ts'
import { systemInfoTool } from './system-info.ts'
import type { AnyTool } from './tool.ts'
import type { ToolWorkspace } from './workspace-path.ts'
import { writeFileTool } from './write-file.ts'

export interface CoreToolDeps {
  /** Asked at each call, so that a changed setting takes effect at once. */
  workspace: () => Files
  /** Paths of the workspace that tools may not touch, besides the built-in list; for a home inside the workspace. */
  hidden?: (path: string) => boolean
  sessions: SessionStore
  messenger: Messenger
  system: SystemFacts
  /** ms since the epoch. */
  now(): number
  /** IANA name that says when a day of notes begins; default: the runtime's own. */
  timeZone?: () => string | undefined
}

/** File, memory, session, message and system tools. */
export function coreTools(deps: CoreToolDeps): AnyTool[] {
  const workspace: ToolWorkspace = { files: deps.workspace, ...(deps.hidden && { hidden: deps.hidden }) }
  const now = () => deps.now()
  const memory = new MemoryStore({ files: deps.workspace, now, ...(deps.timeZone && { timeZone: deps.timeZone }) })
  return [
    readFileTool(workspace),
    writeFileTool(workspace),
    editFileTool(workspace),
    listDirTool(workspace),
    findFilesTool(workspace),
    grepFilesTool(workspace),
    ...memoryTools(memory),
    sessionsTool(deps.sessions, now),
    sessionSearchTool(deps.sessions),
    messageTool(deps.messenger, workspace),
    systemInfoTool(deps.system),
  ]
}
