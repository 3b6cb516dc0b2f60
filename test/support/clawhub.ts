/**
 * A command named `clawhub` that behaves like the vendor's: installs into `skills/` of its folder, searches with JSON.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface ClawHubCommand {
  /** The folder to put into PATH. */
  readonly folder: string
  /** Every call so far, its arguments joined by spaces. */
  calls(): Promise<string[]>
  /** How many calls ran at the same time, at most. */
  peak(): Promise<number>
  remove(): Promise<void>
}

/**
 * What it does depends on the skill's name: `busy` is refused for its rate, `broken` fails, `suspicious` wants
 * `--force`, `slow` sleeps 20 s, `unknown` is not found; any other is installed, and found in version 1.2.3.
 */
const SCRIPT = `#!/bin/sh
here=$(dirname "$0")
echo "$*" >> "$here/calls"
echo start >> "$here/events"
trap 'echo end >> "$here/events"' EXIT
case "$1 $2" in
  *' busy') printf '\\033[31mError:\\033[0m Rate limit exceeded (see %s)\\n' "$PWD/log" >&2; exit 1 ;;
  *' broken') echo "boom in $PWD"; exit 3 ;;
  *' slow') exec sleep 20 ;;
esac
case "$1" in
  install)
    if [ "$2" = suspicious ] && [ "$3" != --force ]; then echo 'suspicious: use --force'; exit 1; fi
    mkdir -p "skills/$2"
    printf -- '---\\nname: %s\\ndescription: From the hub\\n---\\n' "$2" > "skills/$2/SKILL.md"
    echo "installed $2 into $PWD/skills/$2" ;;
  search)
    sleep 0.2
    if [ "$2" = unknown ]; then echo '{"results":[{"name":"unknown-too","version":"9"}]}'
    else printf '{"results":[{"name":"x%s","version":"8"},{"skill":{"slug":"%s","latest_version":"1.2.3"}}]}\\n' "$2" "$2"; fi ;;
  *) echo "no such command: $1" >&2; exit 2 ;;
esac
`

/** Puts the command into a new folder. */
export async function clawHubCommand(): Promise<ClawHubCommand> {
  const folder = await mkdtemp(join(tmpdir(), 'clawhub-'))
  await writeFile(join(folder, 'clawhub'), SCRIPT, { mode: 0o755 })
  const lines = async (file: string) =>
    (await readFile(join(folder, file), 'utf8').catch(() => '')).split('\n').filter(Boolean)
  return {
    folder,
    calls: () => lines('calls'),
    async peak() {
      let running = 0
      let most = 0
      for (const event of await lines('events')) {
        running += event === 'start' ? 1 : -1
        most = Math.max(most, running)
      }
      return most
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}
