/** `clawgo migrate`: move in from an earlier home, or bring in what an earlier program left in this one. */
import { styleText } from 'node:util'
import { Command } from 'commander'
import type { Receipt } from '../../../src/migrate/index.ts'
import { examples } from './examples.ts'
import { resolveHome, shownHome } from './home.ts'
import { asCliError } from './home-errors.ts'
import { say, sayFacts, sayJson } from './output.ts'
import { version } from './version.ts'

interface MigrateOptions {
  config?: string
  from?: string
  json?: boolean
  dryRun?: boolean
}

/** Lines of the report that are shown; the receipt has them all. */
const SHOWN = 20
/** As the default of `agents.defaults.context_compaction.trigger_messages`. */
const KEEP = 60

/** Builds the `migrate` command. */
export function migrateCommand(): Command {
  return new Command('migrate')
    .description(
      'Bring in sessions, schedule, skills, memory and credentials of an earlier program. Only reads there; may be repeated.',
    )
    .option('--from <folder>', 'the home to move in from, the folder of its config.json (default: this home itself)')
    .option('--dry-run', 'find out what would come, and change nothing')
    .option('--json', 'print the receipt as JSON')
    .addHelpText(
      'after',
      examples([
        ['clawgo migrate --from ~/old/.clawgo --dry-run', 'look first'],
        ['clawgo migrate --from ~/old/.clawgo', 'move in from another home'],
        ['clawgo migrate', 'what the gateway does by itself on its first start in an existing home'],
      ]),
    )
    .action(async (_options, command: Command) => {
      const { config, from, json, dryRun } = command.optsWithGlobals<MigrateOptions>()
      const home = resolveHome(config, process.env)
      const { migrateHome } = await import('../migrate.ts')
      const { receipt, receiptPath } = await migrateHome({
        configFile: home.configFile,
        home: home.dir,
        ...(from !== undefined && { from }),
        dryRun: dryRun === true,
        version,
        keep: KEEP,
        progress:
          process.stderr.isTTY && !json ? (key) => process.stderr.write(`\x1b[2K\r${key.slice(0, 60)}`) : undefined,
      }).catch(asCliError)
      if (process.stderr.isTTY && !json) process.stderr.write('\x1b[2K\r')
      if (receipt.totals.failed > 0) process.exitCode = 1
      if (json) return sayJson({ dry_run: dryRun === true, receipt_path: dryRun ? null : receiptPath, ...receipt })
      show(receipt, dryRun === true)
      if (!dryRun) say(`\nReceipt: ${shownHome(home.dir)}/${receiptPath}`)
    })
}

function show({ totals, report, items }: Receipt, rehearsal: boolean): void {
  const copied = (kind: string) => items.filter((item) => item.kind === kind && item.status === 'copied').length
  say(rehearsal ? 'This would be moved in (nothing was changed):\n' : 'Moved in:\n')
  sayFacts([
    ['Sessions', `${totals.sessions} with ${totals.messages} messages`],
    ['Cron jobs', String(totals.cron_jobs)],
    ['Skills', String(totals.skills)],
    ['Workspace files', `${totals.workspace_files}${note(copied('workspace') + copied('skill'))}`],
    ['Credentials', `${totals.credentials}${note(copied('credential'))}`],
    ...(totals.conflicts ? [['Kept as they were', `${totals.conflicts} (this home has its own)`] as const] : []),
    ...(totals.failed ? [['Failed', String(totals.failed)] as const] : []),
  ])
  if (report.length === 0) return
  say(`\n${styleText('dim', 'Not everything came as it was:')}`)
  for (const line of report.slice(0, SHOWN)) say(`- ${line}`)
  if (report.length > SHOWN) say(`- and ${report.length - SHOWN} more, in the receipt`)
}

function note(copied: number): string {
  return copied > 0 ? `, ${copied} of them copied` : ''
}
