/** The most memory another process had resident since a moment. Linux only. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'

/** From now on `peakMb` tells of what comes. */
export function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5')
}

/** In MB (10^6 bytes), as the kernel kept it. */
export function peakMb(pid: number): number {
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  if (kibibytes === undefined) throw new Error(`the system does not tell the peak of process ${pid}`)
  return (Number(kibibytes) * 1024) / 1_000_000
}

/** The process called `name` that `pid` started. */
export function childCalled(pid: number, name: string): number {
  const listed = execFileSync('ps', ['-o', 'pid=,comm=', '--ppid', String(pid)], { encoding: 'utf8' })
  const [, child] = new RegExp(`^ *(\\d+) ${name}$`, 'm').exec(listed) ?? []
  if (child === undefined) throw new Error(`process ${pid} has started no ${name}`)
  return Number(child)
}
