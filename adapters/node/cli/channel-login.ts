/** `clawgo channel login weixin`: pairs a Weixin bot by a QR code in the terminal. */
import { createInterface } from 'node:readline/promises'
import { Command } from 'commander'
import * as z from 'zod'
import { examples } from './examples.ts'
import { CliError } from './failure.ts'
import { resolveHome } from './home.ts'
import { say } from './output.ts'
import { callGateway, type RunningGateway } from './running-gateway.ts'
import { watchSignals } from './signals.ts'
import { terminalQr } from './terminal-qr.ts'
import { withGateway } from './with-gateway.ts'

const loginSchema = z.object({
  login_id: z.string(),
  qr_code: z.string(),
  qr_code_img_content: z.string(),
  status: z.string(),
  last_error: z.string(),
})
type Login = z.output<typeof loginSchema>

const statusSchema = z.object({
  config_enabled: z.boolean(),
  pending_logins: z.array(loginSchema).default([]),
  accounts: z.array(z.object({ bot_id: z.string() })).default([]),
})

const LOOK_MS = 1500

/** Builds the `login` command of `clawgo channel`. */
export function channelLoginCommand(): Command {
  return new Command('login')
    .description('Pair an account by QR code.')
    .argument('<channel>', 'weixin')
    .addHelpText('after', examples([['clawgo channel login weixin', 'scan the code with WeChat and confirm']]))
    .action(async (channel: string, _options, command: Command) => {
      if (channel.trim().toLowerCase() !== 'weixin') {
        const next = 'Only weixin pairs by QR code; other channels are set in config.json.'
        throw new CliError(`${channel} has no login.`, { next, exitCode: 2 })
      }
      const home = resolveHome(command.optsWithGlobals<{ config?: string }>().config, process.env)
      await withGateway(home, pair)
    })
}

async function pair(gateway: RunningGateway): Promise<void> {
  const signals = watchSignals()
  const stop = new AbortController()
  void signals.first.then(() => stop.abort())
  const started = await callGateway(gateway, '/api/weixin/login/start', statusSchema, {})
  const id = started.pending_logins.at(-1)?.login_id
  if (id === undefined) throw new CliError('The gateway began no login.')
  try {
    await follow(gateway, id, stop.signal)
  } catch (error) {
    await callGateway(gateway, '/api/weixin/login/cancel', statusSchema, { login_id: id }).catch(() => {})
    throw stop.signal.aborted ? new CliError('The login was given up.', { exitCode: 130 }) : error
  } finally {
    signals.close()
  }
}

/** Shows what happens to a login, and asks for the phone's number, until it is through. */
async function follow(gateway: RunningGateway, id: string, signal: AbortSignal): Promise<void> {
  let shown: Partial<Login> = {}
  for (;;) {
    const { pending_logins, accounts, config_enabled } = await callGateway(gateway, '/api/weixin/status', statusSchema)
    const login = pending_logins.find(({ login_id }) => login_id === id)
    if (!login) {
      if (!config_enabled || accounts.length === 0) throw new CliError('The login ended without an account.')
      return say(`Weixin is paired: ${accounts.map(({ bot_id }) => bot_id).join(', ')}. The channel is on.`)
    }
    if (login.qr_code !== shown.qr_code) await showCode(login)
    if (login.status !== shown.status || login.last_error !== shown.last_error) tell(login)
    shown = login
    if (login.status === 'need_verifycode') {
      const code = await ask('Number on the phone: ', signal)
      await callGateway(gateway, '/api/weixin/login/verify', statusSchema, { login_id: id, code })
      shown = { ...login, status: '' }
    } else await pause(LOOK_MS, signal)
  }
}

async function showCode({ qr_code_img_content: content }: Login): Promise<void> {
  const { qrModules } = await import('../../../src/channels/weixin/index.ts')
  const colour = process.stdout.isTTY && !process.env.NO_COLOR
  say()
  for (const line of terminalQr(await qrModules(content), { colour })) say(line)
  say()
  say(`Scan it with WeChat, or open ${content} there.`)
}

/** States that nothing leads out of. */
const OVER = ['expired', 'verify_code_blocked', 'binded_redirect']

const WORDS: Readonly<Record<string, string>> = {
  scaned: 'Scanned. Confirm it on the phone.',
  scaned_but_redirect: 'Scanned. Confirm it on the phone.',
  need_verifycode: 'WeChat shows a number on the phone.',
}

/** Says how the login stands; ends it when nothing can come of it. */
function tell({ status, last_error: error }: Login): void {
  if (OVER.includes(status)) {
    throw new CliError(error || `The login ended: ${status}.`, { next: 'Try again: clawgo channel login weixin' })
  }
  say(error || WORDS[status] || 'Waiting for the scan …')
}

async function ask(question: string, signal: AbortSignal): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stdout })
  try {
    return (await lines.question(question, { signal })).trim()
  } finally {
    lines.close()
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer)
      reject(new Error('stopped'))
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop)
      resolve()
    }, ms)
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}
