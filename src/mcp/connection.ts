/** What the rest of the room knows of a connection: no type of the SDK leaves `connect.ts`. */
import type { CallResult } from './result-text.ts'
import type { ToolInfo } from './tool-info.ts'

export interface ConnectionLimits {
  /** Milliseconds; longer is an error. */
  timeoutMs: number
  signal?: AbortSignal
}

/** How far a call is, in the server's own units. */
export interface Progress {
  progress: number
  total?: number | undefined
  message?: string | undefined
}

export interface McpConnection {
  /** Every tool, over all pages; none when the server has no tools. */
  listTools(limits: ConnectionLimits): Promise<readonly ToolInfo[]>
  callTool(
    name: string,
    args: Record<string, unknown>,
    limits: ConnectionLimits & { progress?: (news: Progress) => void },
  ): Promise<CallResult>
  /** Any other request; the result as the server sent it. */
  request(method: string, params: Record<string, unknown>, limits: ConnectionLimits): Promise<Record<string, unknown>>
  /** Never rejects. */
  close(): Promise<void>
}
