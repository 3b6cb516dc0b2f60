/** The end of a log, read backwards: it costs the same for a file of a kilobyte and of a gigabyte. */
import { type FileHandle, open } from 'node:fs/promises'
import { GatewayError } from '../../src/errors.ts'
import { oldLogFiles } from './log-file.ts'

const BLOCK = 64 * 1024
/** Bytes read at most; lines beyond that are not shown. */
const MAX_READ = 8 * 1024 * 1024

/** The last `limit` lines, oldest first; a rotated file fills up what the current one lacks. A missing file has none. */
export async function lastLines(path: string, limit: number): Promise<string[]> {
  const lines: string[] = []
  for (const file of [path, ...oldLogFiles(path).slice(0, 3)]) {
    if (lines.length >= limit) break
    lines.unshift(...(await linesOf(file, limit - lines.length)))
  }
  return lines
}

async function linesOf(path: string, limit: number): Promise<string[]> {
  let file: FileHandle | undefined
  try {
    file = await open(path, 'r')
    return await readBackwards(file, limit)
  } catch (cause) {
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT') return []
    throw new GatewayError(500, 'log_unreadable', `the log file could not be read (${code})`, { cause })
  } finally {
    await file?.close()
  }
}

async function readBackwards(file: FileHandle, limit: number): Promise<string[]> {
  const { size } = await file.stat()
  const floor = Math.max(0, size - MAX_READ)
  const blocks: Buffer[] = []
  let start = size
  // One more than asked for: the line end before the first line, as the last one ends the file.
  for (let ends = 0; start > floor && ends <= limit; ) {
    const from = Math.max(floor, start - BLOCK)
    const block = Buffer.alloc(start - from)
    const { bytesRead } = await file.read(block, 0, block.length, from)
    blocks.unshift(block.subarray(0, bytesRead))
    ends += lineEnds(block)
    start = from
  }
  const lines = Buffer.concat(blocks).toString().split('\n')
  if (lines.at(-1) === '') lines.pop()
  // Unless the file was read whole, the first piece began before what was read.
  if (start > 0) lines.shift()
  return lines.slice(-limit).map((line) => line.replace(/\r$/, ''))
}

function lineEnds(block: Buffer): number {
  let count = 0
  for (let at = block.indexOf(10); at !== -1; at = block.indexOf(10, at + 1)) count++
  return count
}
