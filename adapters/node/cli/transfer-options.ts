/** What `push` and `pull` share: the token of the other gateway, the progress line and the closing words. */
import { readFile } from 'node:fs/promises'
import { styleText } from 'node:util'
import type { Progress } from '../transfer-copy.ts'
import { CliError } from './failure.ts'
import { say } from './output.ts'

export interface TransferOptions {
  config?: string
  tokenFile?: string
  replace?: boolean
  json?: boolean
}

/** Where the token may be, for people and scripts; never on the command line, which others can read. */
const VARIABLE = 'CLAWGO_REMOTE_TOKEN'

/** The token of the other gateway: the file's first line, else the environment's. */
export async function remoteToken(file: string | undefined, env: NodeJS.ProcessEnv): Promise<string> {
  if (file === undefined) {
    const token = env[VARIABLE]?.trim()
    if (token) return token
    throw new CliError('The token of the other gateway is missing.', {
      next: `Put it into a file: --token-file <file>, or into ${VARIABLE}.`,
      exitCode: 2,
    })
  }
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new CliError(`The token file cannot be read (${cause.code ?? 'unknown error'}).`, { exitCode: 2, cause })
  })
  const token = text.split('\n')[0]!.trim()
  if (token === '') throw new CliError('The token file is empty.', { exitCode: 2 })
  return token
}

/** One line on stderr that counts, where somebody is there to see it. */
export function progressLine(verb: string): { show(now: Progress): void; end(): void } {
  const { stderr } = process
  let shown = false
  return {
    show({ total, present, carried }) {
      if (!stderr.isTTY) return
      const kept = present > 0 ? `, ${present} were there` : ''
      stderr.write(`\r\x1b[K${styleText('dim', `${verb}: ${present + carried} of ${total} parts${kept}`)}`)
      shown = true
    },
    end() {
      if (shown) stderr.write('\r\x1b[K')
    },
  }
}

/** `1200 files, 3.4 MB`, and so on. */
export function heldText(counts: { sessions: number; messages: number; files: number; bytes: number }): string {
  const { sessions, messages, files, bytes } = counts
  const size = bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
  return `${sessions} sessions with ${messages} messages, ${files} files (${size}), verified on both ends`
}

/** Files that could not travel, one a line. */
export function sayLeftOut(leftOut: ReadonlyArray<{ path: string; reason: string }>): void {
  for (const { path, reason } of leftOut) say(`Left out: ${path} (${reason})`)
}
