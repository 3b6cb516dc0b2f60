/**
 * The log file: whole lines, rotated by size, old ones removed by age (workspace-formats.md section 8). Written with one
 * system call a line and no fsync: the last line before a crash of the process is there, at some ten microseconds each.
 */
import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'

export interface LogFileOptions {
  /** Rotated files stand beside it as `.YYYYMMDD-HHMMSS` (UTC). */
  path: string
  /** Bytes before it is rotated. */
  maxSize: number
  /** Rotated files are removed that many milliseconds after their last line. */
  keepMs: number
  now(): number
}

/** Rotated files at most, whatever their age: a storm of lines must not fill the disk. */
const MAX_OLD = 50
/** How often it is looked whether the file still stands under its name. */
const LOOK_MS = 5000
const SWEEP_MS = 3_600_000

export class LogFile {
  readonly #options: LogFileOptions
  #fd: number | undefined
  #inode = 0
  #size = 0
  /** The file ends in the middle of a line: a full disk, or a crash of the machine. */
  #torn = false
  #lookedAt = 0
  #sweptAt = 0

  /** Makes the folder where it is missing. Throws what the disk says. */
  constructor(options: LogFileOptions) {
    this.#options = options
    mkdirSync(dirname(options.path), { recursive: true, mode: 0o700 })
    this.#open()
    this.#sweep()
  }

  /** Writes one line with its line end. Throws what the disk says; the next line is tried again. */
  write(line: string): void {
    const now = this.#options.now()
    if (now - this.#lookedAt >= LOOK_MS) this.#look(now)
    const bytes = Buffer.from(this.#torn ? `\n${line}` : line)
    if (this.#size > 0 && this.#size + bytes.length > this.#options.maxSize) this.#rotate(now)
    if (this.#fd === undefined) this.#open()
    this.#torn = true
    const written = writeSync(this.#fd!, bytes)
    this.#size += written
    this.#torn = written < bytes.length
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd)
    this.#fd = undefined
  }

  #open(): void {
    const fd = openSync(this.#options.path, 'a+', 0o600)
    const { size, ino } = fstatSync(fd)
    const last = Buffer.alloc(1)
    this.#torn = size > 0 && readSync(fd, last, 0, 1, size - 1) === 1 && last[0] !== 0x0a
    this.#fd = fd
    this.#size = size
    this.#inode = ino
    this.#lookedAt = this.#options.now()
  }

  /** Someone may have moved or removed the file: lines go where its name is. */
  #look(now: number): void {
    this.#lookedAt = now
    if (statSync(this.#options.path, { throwIfNoEntry: false })?.ino !== this.#inode) this.close()
    if (now - this.#sweptAt >= SWEEP_MS) this.#sweep()
  }

  #rotate(now: number): void {
    this.close()
    try {
      renameSync(this.#options.path, this.#freeName(now))
    } catch {
      // The file grows on; the next line tries again.
    }
    this.#open()
    this.#sweep()
  }

  /** Two rotations in one second have two names, in order. */
  #freeName(now: number): string {
    const stamp = new Date(now).toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-')
    const name = `${this.#options.path}.${stamp}`
    if (!existsSync(name)) return name
    for (let n = 1; ; n++) {
      const next = `${name}-${String(n).padStart(3, '0')}`
      if (!existsSync(next)) return next
    }
  }

  #sweep(): void {
    const { path, keepMs, now } = this.#options
    this.#sweptAt = now()
    for (const [index, old] of oldLogFiles(path).entries()) {
      const modified = statSync(old, { throwIfNoEntry: false })?.mtimeMs ?? Infinity
      if (index < MAX_OLD && modified >= now() - keepMs) continue
      try {
        unlinkSync(old)
      } catch {
        // Gone already, or not ours to remove.
      }
    }
  }
}

/** The rotated files of a log, newest first; only names that rotation gives. */
export function oldLogFiles(path: string): string[] {
  const prefix = `${basename(path)}.`
  try {
    return readdirSync(dirname(path))
      .filter((name) => name.startsWith(prefix) && /^\d{8}-\d{6}(-\d+)?$/.test(name.slice(prefix.length)))
      .sort()
      .reverse()
      .map((name) => join(dirname(path), name))
  } catch {
    return []
  }
}
