/** What `system_info` tells about this machine (agent.md section 9.10). */
import { statfs } from 'node:fs/promises'
import { arch, cpus, freemem, loadavg, platform, release, totalmem, uptime } from 'node:os'
import type { SystemFacts } from '../../src/platform.ts'

/** Facts of the host; `folder` names the disk to report. A fact that cannot be had is left out. */
export function systemFacts(folder = '/'): SystemFacts {
  return async () => {
    const facts: Array<[string, string]> = [
      ['OS', `${platform()} ${arch()} (${release()})`],
      ['Uptime', duration(uptime())],
    ]
    // Windows reports zeros.
    if (platform() !== 'win32')
      facts.push([
        'Load Avg',
        loadavg()
          .map((load) => load.toFixed(2))
          .join(', '),
      ])
    const processors = cpus()
    if (processors[0] !== undefined) facts.push(['CPU', `${processors[0].model.trim()} (${processors.length} cores)`])
    facts.push(['RAM', usage(totalmem() - freemem(), totalmem())])
    const disk = await statfs(folder).catch(() => null)
    if (disk !== null) facts.push(['Disk', usage((disk.blocks - disk.bavail) * disk.bsize, disk.blocks * disk.bsize)])
    facts.push(['Runtime', `Node ${process.versions.node}`])
    return facts
  }
}

function duration(seconds: number): string {
  const minutes = Math.floor(seconds / 60)
  return `${Math.floor(minutes / 1440)}d ${Math.floor(minutes / 60) % 24}h ${minutes % 60}m`
}

function usage(used: number, total: number): string {
  const gigabytes = (bytes: number) => (bytes / 2 ** 30).toFixed(2)
  const percent = total > 0 ? ((100 * used) / total).toFixed(1) : '0.0'
  return `Used ${gigabytes(used)} GB / Total ${gigabytes(total)} GB (${percent}%)`
}
