/** `clawgo host`: many tenants in one process. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { examples } from './examples.ts'
import { CliError } from './failure.ts'
import { say } from './output.ts'
import { watchSignals } from './signals.ts'

interface Options {
  dir: string
  host: string
  port: number
  adminToken?: string
  adminTokenFile?: string
  url?: string
  name?: string
  origin?: string[]
  tenantEnv?: string[]
  maxOpen?: number
  idle?: number
  quiet?: boolean
}

/** Builds the `host` command. */
export function hostCommand(): Command {
  return new Command('host')
    .description('Host the gateways of many tenants in this terminal until Ctrl-C.')
    .requiredOption('--dir <folder>', "the host's folder: its directory, its log, and a home for each tenant")
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .addOption(new Option('--port <number>', 'port to listen on, 0 for any free one').default(18790).argParser(whole))
    .option('--admin-token-file <file>', 'file with the token of /admin (or the variable HOST_ADMIN_TOKEN)')
    .addOption(new Option('--url <url>', 'public address, for webhooks of tenants').env('HOST_URL'))
    .addOption(
      new Option('--name <host>', 'host name below which each tenant has one, <tenant>.<host>').env('HOST_NAME'),
    )
    .option('--origin <origin...>', 'origins whose pages may read preflights and refusals')
    .option('--tenant-env <name...>', 'variables of this environment that every tenant sees (default none)')
    .option('--max-open <number>', 'homes that stay open at most (default 100)', whole)
    .option('--idle <seconds>', 'how long an idle home stays open (default 300)', whole)
    .option('-q, --quiet', 'print nothing but errors')
    .addHelpText(
      'after',
      examples([
        ['clawgo host --dir /srv/agents --admin-token-file /run/secrets/admin', 'host tenants on this machine'],
        ['clawgo tenants create acme', 'a tenant, from another terminal'],
      ]),
    )
    .action(async (options: Options) => runHost(options))
}

async function runHost(options: Options): Promise<void> {
  const { startHost } = await import('../host.ts')
  const { dir, host, port, url, name, origin, tenantEnv = [], maxOpen, idle, quiet } = options
  const running = await startHost({
    ...{ dir, host, port, publicUrl: url, baseHost: name, allowedOrigins: origin, maxOpen, quiet },
    adminToken: await adminToken(options.adminTokenFile),
    idleMs: idle === undefined ? undefined : idle * 1000,
    tenantEnv: Object.fromEntries(tenantEnv.map((variable) => [variable, process.env[variable]])),
  })
  const signals = watchSignals()
  if (!quiet) {
    say(`Hosting the tenants of ${join(dir, 'tenants')} at ${running.url}`)
    say('Create one from another terminal: clawgo tenants create <id>')
  }
  await signals.first
  if (!quiet) say('\nStopping: what runs is finished or kept for the next start. Ctrl-C again ends at once.')
  await running.close()
  signals.close()
  if (!quiet) say('Host stopped.')
}

/** The admin token: of a file, else of HOST_ADMIN_TOKEN. Never of an argument, which every user of the machine sees. */
export async function adminToken(file: string | undefined): Promise<string> {
  const text = file === undefined ? process.env.HOST_ADMIN_TOKEN : await readFile(file, 'utf8').catch(unreadable)
  if (text?.trim()) return text.trim()
  throw new CliError('No admin token.', {
    next: 'Name a file with --admin-token-file, or set HOST_ADMIN_TOKEN. A good one: openssl rand -hex 32',
    exitCode: 2,
  })
}

function unreadable(cause: NodeJS.ErrnoException): never {
  throw new CliError(`The file of --admin-token-file cannot be read (${cause.code ?? 'unknown error'}).`, { cause })
}

function whole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('A whole number is needed.')
  return Number(text)
}
