/** Servers on one core, everything else on another, where the system can do that (`taskset` of util-linux). */
import { execFileSync } from 'node:child_process'

export interface Cores {
  /** How to start a program there: put before its command line. Empty when nothing can be pinned. */
  readonly server: readonly string[]
  readonly client: readonly string[]
  /** For the table's head. */
  readonly note: string
}

/** Pins this process to the client's core and says where servers go. */
export function separateCores(): Cores {
  const unpinned = (why: string): Cores => ({ server: [], client: [], note: `NOT pinned (${why}): compare with care` })
  let allowed: number[]
  try {
    allowed = coresIn(execFileSync('taskset', ['-cp', String(process.pid)], { encoding: 'utf8' }))
  } catch {
    return unpinned('no taskset here')
  }
  const [server, client] = [allowed[0], allowed.at(-1)]
  if (server === undefined || server === client) return unpinned('one core only')
  execFileSync('taskset', ['-acp', String(client), String(process.pid)], { stdio: 'ignore' })
  return {
    server: ['taskset', '-c', String(server)],
    client: ['taskset', '-c', String(client)],
    note: `servers on core ${server}, clients and model server on core ${client}`,
  }
}

/** `pid 7's current affinity list: 0,2-4` as numbers. */
function coresIn(answer: string): number[] {
  const list = answer.slice(answer.lastIndexOf(':') + 1).trim()
  return list.split(',').flatMap((part) => {
    const [from, to = from] = part.split('-').map(Number)
    return Array.from({ length: to! - from! + 1 }, (_, i) => from! + i)
  })
}
