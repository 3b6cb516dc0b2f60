/**
 * Programs named `uv` and `bun` that answer as the real ones do, for tests of installing: same arguments, same words,
 * a command in their own folder afterwards. Their package `broken` cannot be installed, `empty` brings no command,
 * `two-commands` brings two of other names, `sleeper` takes its time; every other one brings a command of its own name.
 */
import { chmod, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface StandInInstallers {
  /** For PATH: only the installers are in it. */
  readonly folder: string
  /** For HOME: the installers' own folders are in it. */
  readonly home: string
  /** Where they put commands. */
  readonly uvBin: string
  readonly bunBin: string
  /** The arguments of every run, one line each, and the working directory. */
  runs(): Promise<string[]>
  close(): Promise<void>
}

/** Makes the programs; `only` leaves the other one out. */
export async function standInInstallers(only?: 'uv' | 'bun'): Promise<StandInInstallers> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'installers-')))
  const [folder, home] = [join(root, 'path'), join(root, 'home')]
  const [uvBin, bunBin] = [join(root, 'uv-tools/bin'), join(home, '.bun/bin')]
  const [runs, installed] = [join(root, 'runs'), join(root, 'installed')]
  for (const each of [folder, home, uvBin, bunBin, installed]) await mkdir(each, { recursive: true })
  const write = async (name: string, script: string) => {
    const text = `#!/bin/sh\necho "${name} $* in $PWD" >> '${runs}'\n${script}`
    await writeFile(join(folder, name), text, { mode: 0o755 })
    await chmod(join(folder, name), 0o755)
  }
  if (only !== 'bun') await write('uv', uvScript(uvBin, installed))
  if (only !== 'uv') await write('bun', bunScript(bunBin))
  return {
    folder,
    home,
    uvBin,
    bunBin,
    runs: async () => (await readFile(runs, 'utf8').catch(() => '')).split('\n').filter(Boolean),
    close: () => rm(root, { recursive: true, force: true }),
  }
}

const COMMANDS = `
commands() {
  case "$1" in
    empty) ;;
    two-commands) echo "first-command"; echo "second-command" ;;
    *) echo "$1" ;;
  esac
}
put() { printf '#!/bin/sh\\necho running\\n' > "$1"; chmod +x "$1"; }
`

function uvScript(bin: string, installed: string): string {
  return `${COMMANDS}
if [ "$1 $2 $3" = "tool dir --bin" ]; then echo '${bin}'; exit 0; fi
if [ "$1 $2" = "tool list" ]; then cat '${installed}'/* 2>/dev/null; exit 0; fi
if [ "$1 $2" != "tool install" ] || [ $# -ne 3 ]; then echo "error: unrecognized arguments: $*" >&2; exit 2; fi
name=$(printf '%s' "$3" | sed 's/[=@].*//')
if [ "$name" = broken ]; then
  echo "  × No solution found when resolving dependencies:" >&2
  echo "  ╰─▶ Because broken was not found in the package registry" >&2
  exit 1
fi
if [ "$name" = sleeper ]; then sleep 1; fi
if [ -f '${installed}'/"$name" ]; then echo "\\\`$name\\\` is already installed" >&2; exit 0; fi
echo "Resolved 3 packages in 12ms" >&2
list=''
echo "$name v1.0.0" > '${installed}'/"$name"
for each in $(commands "$name"); do
  put '${bin}'/"$each"
  echo "- $each" >> '${installed}'/"$name"
  list="\${list:+$list, }$each"
done
[ -z "$list" ] && { echo "No executables are provided by package \\\`$name\\\`" >&2; exit 0; }
printf '\\033[32mInstalled %s executable%s: %s\\033[0m\\n' "$(commands "$name" | wc -l | tr -d ' ')" "" "$list" >&2
`
}

function bunScript(bin: string): string {
  return `${COMMANDS}
if [ "$1 $2 $3" = "pm bin -g" ]; then echo '${bin}'; exit 0; fi
if [ "$1 $2" != "add -g" ] || [ $# -ne 3 ]; then echo "error: unrecognized arguments: $*" >&2; exit 1; fi
name=$(printf '%s' "$3" | sed 's/^@[^/]*\\///; s/@.*//')
if [ "$name" = broken ]; then echo "error: GET https://registry.example/broken - 404" >&2; exit 1; fi
echo "bun add v1.3.0"
found=$(commands "$name")
if [ -z "$found" ]; then echo "installed $3"; exit 0; fi
echo
echo "installed $3@1.0.0 with binaries:"
for each in $found; do put '${bin}'/"$each"; echo " - $each"; done
echo
echo "1 package installed [12.00ms]"
`
}
