/** The part of tar-stream that backups use; the package brings no types. */
declare module 'tar-stream' {
  import type { Readable, Writable } from 'node:stream'

  export interface Headers {
    name: string
    size?: number
    mode?: number
    mtime?: Date
    type?: string | null
  }
  export interface Pack extends Readable {
    entry(headers: Headers, done: (error?: Error | null) => void): Writable
    entry(headers: Headers, content: Buffer, done: (error?: Error | null) => void): void
    finalize(): void
  }
  export interface Extract extends Writable {
    on(event: 'entry', listener: (headers: Headers, stream: Readable, next: (error?: unknown) => void) => void): this
    on(event: string, listener: (...args: never[]) => void): this
  }
  const tar: { pack(): Pack; extract(): Extract }
  export default tar
}
