/** Signals for a process group, and for descendants that left it (found through /proc; elsewhere there are none). */
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** A process and when it started, so that a reused pid is never taken for it. */
export interface ProcessMark {
  pid: number
  started: string
}

interface ProcessRow extends ProcessMark {
  parent: number
  group: number
}

/** Sends a signal to a whole group; a group that is gone is no error. */
export function signalGroup(leader: number, signal: NodeJS.Signals): void {
  if (leader <= 1) return
  if (process.platform === 'win32') {
    spawn('taskkill', ['/pid', String(leader), '/t', '/f'], { stdio: 'ignore' }).on('error', () => {})
    return
  }
  try {
    process.kill(-leader, signal)
  } catch {
    // ESRCH: nobody is left.
  }
}

/** Signals one process if it is still the one that was marked. */
export function signalProcess(mark: ProcessMark, signal: NodeJS.Signals): void {
  if (read(mark.pid)?.started !== mark.started) return
  try {
    process.kill(mark.pid, signal)
  } catch {
    // Gone between the look and the signal.
  }
}

/** The living descendants of `root` outside its own group, at this moment. Empty where there is no /proc. */
export function descendants(root: number): ProcessMark[] {
  const children = new Map<number, ProcessRow[]>()
  for (const row of processes()) children.set(row.parent, [...(children.get(row.parent) ?? []), row])
  const found: ProcessMark[] = []
  const queue = [root]
  for (let parent = queue.pop(); parent !== undefined; parent = queue.pop()) {
    for (const row of children.get(parent) ?? []) {
      queue.push(row.pid)
      if (row.group !== root) found.push({ pid: row.pid, started: row.started })
    }
    children.delete(parent)
  }
  return found
}

function processes(): ProcessRow[] {
  let names: string[]
  try {
    names = readdirSync('/proc')
  } catch {
    return []
  }
  return names
    .filter((name) => /^\d+$/.test(name))
    .map((name) => read(Number(name)))
    .filter((row) => row !== null)
}

function read(pid: number): ProcessRow | null {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name in parentheses may hold anything; the fields after it are: state, parent, group, ... start time (20th).
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
    return { pid, parent: Number(fields[1]), group: Number(fields[2]), started: fields[19]! }
  } catch {
    return null
  }
}
