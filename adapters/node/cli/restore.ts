/** `clawgo restore`: a home from a backup, all of it or nothing. */
import { join, relative, resolve, sep } from 'node:path'
import { Command } from 'commander'
import { examples } from './examples.ts'
import { resolveHome, shownHome } from './home.ts'
import { asCliError } from './home-errors.ts'
import { say, sayFacts, sayJson } from './output.ts'

interface RestoreOptions {
  config?: string
  home?: string
  force?: boolean
  json?: boolean
}

/** Builds the `restore` command. */
export function restoreCommand(): Command {
  return new Command('restore')
    .description('Put a backup in the place of the home. The backup is verified first; nothing is ever overwritten.')
    .argument('<file>', 'an archive made by `clawgo backup`')
    .option('--home <folder>', 'where to restore to (default: the home)')
    .option('--force', 'move a home that is there aside, to <home>.bak-<time>')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      examples([
        ['clawgo restore clawgo.tar.gz', 'on a new machine'],
        ['clawgo restore clawgo.tar.gz --force', 'back to how it was'],
        ['clawgo restore clawgo.tar.gz --home /tmp/look', 'into another folder'],
      ]),
    )
    .action(async (file: string, _options, command: Command) => {
      const { config, home, force, json } = command.optsWithGlobals<RestoreOptions>()
      const dir = home === undefined ? resolveHome(config, process.env).dir : resolve(home)
      process.umask(0o077)
      const { restoreBackup } = await import('../restore.ts')
      const { manifest, movedAside } = await restoreBackup({
        file: resolve(file),
        home: dir,
        force: force === true,
      }).catch(asCliError)
      const files = manifest.entries.filter(({ kind }) => kind === 'file').length
      const outside = await workspaceElsewhere(dir)
      if (json) return sayJson({ ok: true, home: dir, files, created_at: manifest.created_at, moved_aside: movedAside })
      sayFacts([
        ['Restored', `${files} files of ${manifest.created_at}`],
        ['Home', shownHome(dir)],
        ...(movedAside ? [['Moved aside', shownHome(movedAside)] as const] : []),
      ])
      if (outside) say(`Mind: the config names the workspace ${outside}, which is not in this home.`)
    })
}

/** Where the restored config has its workspace, when that is not in the restored home. */
async function workspaceElsewhere(dir: string): Promise<string | null> {
  const [{ workspaceSetting }, { workspacePath }] = await Promise.all([
    import('../migrate-source.ts'),
    import('../platform.ts'),
  ])
  const path = workspacePath(dir, workspaceSetting(join(dir, 'config.json')))
  const way = relative(dir, path)
  return way === '..' || way.startsWith(`..${sep}`) ? path : null
}
