/** The ports on Node, put together: real files, one SQLite file, a timer, `ws`, real processes. */
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { GatewayError } from '../../src/errors.ts'
import type { Files } from '../../src/files/index.ts'
import type { Platform } from '../../src/platform.ts'
import { builtAsset } from './assets.ts'
import { crashPoint } from './crash-point.ts'
import { openNodeFiles } from './files.ts'
import { createProcesses } from './processes.ts'
import { systemFacts } from './system.ts'

export interface NodePlatformParts extends Pick<Platform, 'db' | 'alarm' | 'sockets' | 'log' | 'logs' | 'env'> {
  /** The home's absolute path. */
  home: string
  files: Files
}

/** How long a closing home waits for work that outlived its request. A database that is closed under it only costs a log line. */
const SETTLE_MS = 15_000

/** A platform over parts whose lifetime the caller holds. Work in the background is waited for by `settled()`. */
export function nodePlatform(parts: NodePlatformParts): Platform & { settled(): Promise<void> } {
  const { home, files, log, env } = parts
  const workspaces = new Map<string, Files>()
  const working = new Set<Promise<unknown>>()
  const fault = crashPoint(env.CLAWGO_TEST_CRASH)
  return {
    runtime: 'node',
    files,
    workspace(setting) {
      const path = workspacePath(home, setting)
      const opened = workspaces.get(path) ?? openWorkspace(path)
      workspaces.set(path, opened)
      return opened
    },
    db: parts.db,
    alarm: parts.alarm,
    sockets: parts.sockets,
    processes: createProcesses(env),
    system: systemFacts(home),
    fetch: globalThis.fetch,
    // undici weighs more than the rest of the gateway, and most never need it.
    async publicFetch(url, init, options) {
      const { publicFetch } = await import('./public-fetch.ts')
      return publicFetch(url, init, options)
    },
    proxied: (proxyUrl, options) => async (input, init) => {
      const { proxiedFetch } = await import('./proxied-fetch.ts')
      return proxiedFetch(proxyUrl, options)(input, init)
    },
    // The vendor's SDK is larger than the gateway.
    async feishuConnection(options) {
      const { holdFeishuConnection } = await import('./feishu-connection.ts')
      return holdFeishuConnection(options)
    },
    asset: (name, acceptEncoding) => builtAsset(name, { acceptEncoding }),
    background(work) {
      const kept = work.catch((error) => log.error('background work failed', { error }))
      working.add(kept)
      void kept.finally(() => working.delete(kept))
    },
    log,
    logs: parts.logs,
    env,
    now: Date.now,
    ...(fault ? { fault } : {}),
    async settled() {
      const late = new Promise((resolve) => setTimeout(resolve, SETTLE_MS).unref())
      await Promise.race([Promise.all(working), late])
      if (working.size > 0) log.warn('closing without waiting for background work any longer', { works: working.size })
    },
  }
}

function openWorkspace(path: string): Files {
  try {
    return openNodeFiles(path)
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? 'unknown error'
    const text = `The workspace cannot be used (${why}): set agents.defaults.workspace to a folder this user may write.`
    throw new GatewayError(400, 'cannot_use_workspace', text, { cause })
  }
}

/** Where the workspace is that `agents.defaults.workspace` names; blank is the home's own. */
export function workspacePath(home: string, setting: string): string {
  return setting.trim() === '' ? join(home, 'workspace') : pathFrom(home, setting)
}

/**
 * A path of the config on this disk: `~` is the user's home, and a relative one counts from the gateway's home, not from
 * wherever the gateway was started (config.md section 1.4).
 */
export function pathFrom(home: string, setting: string): string {
  const text = setting.trim()
  if (text === '~' || text.startsWith('~/')) return join(homedir(), text.slice(1))
  return resolve(home, text)
}
