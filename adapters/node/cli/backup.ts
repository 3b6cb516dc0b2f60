/** `clawgo backup`: one archive of the whole home that verifies itself, also while the gateway runs. */
import { join, resolve } from 'node:path'
import { Command } from 'commander'
import type { BackupManifest } from '../../../src/backup/index.ts'
import { examples } from './examples.ts'
import { CliError } from './failure.ts'
import { resolveHome, shownHome } from './home.ts'
import { asCliError } from './home-errors.ts'
import { say, sayFacts, sayJson } from './output.ts'
import { version } from './version.ts'

interface BackupOptions {
  config?: string
  verify?: string
  logs?: boolean
  json?: boolean
}

/** Builds the `backup` command. */
export function backupCommand(): Command {
  return new Command('backup')
    .description(
      'Write the whole home into one .tar.gz, with checksums, and read it back. The gateway may run meanwhile.',
    )
    .argument('[file]', 'the archive (default: backups/clawgo-backup-<time>.tar.gz in the home)')
    .option('--verify <file>', 'only check an archive: every entry against its checksum')
    .option('--logs', 'take the logs along')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      examples([
        ['clawgo backup', 'into the home’s backups folder'],
        ['clawgo backup /mnt/usb/clawgo.tar.gz', 'somewhere safer'],
        ['clawgo backup --verify /mnt/usb/clawgo.tar.gz', 'is it still whole?'],
      ]),
    )
    .action(async (file: string | undefined, _options, command: Command) => {
      const { config, verify, logs, json } = command.optsWithGlobals<BackupOptions>()
      if (verify !== undefined) {
        const { verifyBackup } = await import('../backup-read.ts')
        const manifest = await verifyBackup(resolve(verify)).catch(asCliError)
        if (json) sayJson({ ok: true, ...summary(manifest) })
        else say(`Whole: ${counted(manifest)}, made ${manifest.created_at} by version ${manifest.gateway_version}.`)
        return
      }
      const home = resolveHome(config, process.env)
      const { existsSync } = await import('node:fs')
      if (!existsSync(home.configPath)) {
        throw new CliError(`There is no home in ${shownHome(home.dir)}.`, {
          next: 'Name the one you mean: --config <folder>/config.json',
          exitCode: 3,
        })
      }
      const { writeBackup } = await import('../backup-write.ts')
      const target = resolve(file ?? join(home.dir, 'backups', `clawgo-backup-${stamp(new Date())}.tar.gz`))
      const manifest = await writeBackup({
        home: home.dir,
        configFile: home.configFile,
        file: target,
        logs: logs === true,
        version,
      }).catch(asCliError)
      if (json) return sayJson({ ok: true, file: target, ...summary(manifest) })
      sayFacts([
        ['Backup', shownHome(target)],
        ['Holds', `${counted(manifest)}, verified`],
      ])
      for (const { path, reason } of manifest.left_out) say(`Left out: ${path} (${reason})`)
      if (manifest.workspace_outside)
        say(`Not in it: the workspace ${manifest.workspace_outside} is outside of the home.`)
      say('It holds keys and conversations: keep it where only you can read it.')
    })
}

function summary({ entries, left_out, workspace_outside, created_at, gateway_version }: BackupManifest) {
  return { created_at, gateway_version, ...totals(entries), left_out, workspace_outside }
}

function counted({ entries }: BackupManifest): string {
  const { files, bytes } = totals(entries)
  return `${files} files, ${bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`}`
}

function totals(entries: BackupManifest['entries']): { files: number; bytes: number } {
  const files = entries.filter(({ kind }) => kind === 'file')
  return { files: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0) }
}

function stamp(at: Date): string {
  return at
    .toISOString()
    .replace(/[-:]|\.\d+Z$/g, '')
    .replace('T', '-')
}
