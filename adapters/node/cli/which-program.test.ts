/** What `clawgo` runs, as real processes on packages of two lines each. */
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, it } from 'vitest'

const NOW = Date.now() / 1000
let root: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'which-program-'))
  for (const name of ['clawgo.js', 'which-program.js']) {
    await cp(join(import.meta.dirname, name), join(root, 'adapters/node/cli', name))
  }
  await file('package.json', '{ "type": "module" }', 60)
  await file('dist/node/main.js', says('the build'), 30)
})
afterEach(() => rm(root, { recursive: true }))

/** A checkout: the package and its sources, older than the build. */
async function checkout(): Promise<void> {
  await file('adapters/node/cli/main.ts', `const text: string = 'the sources'\n${says('', 'text')}`, 60)
  await file('src/config/schema.ts', '', 60)
  const shim = ['clawgo.js', 'which-program.js'].map((name) => `adapters/node/cli/${name}`)
  for (const path of [...shim, 'src', 'src/config', 'adapters/node', 'adapters/node/cli']) await age(path, 60)
}

const says = (text: string, expression = `'${text}'`) => `export const main = () => console.log(${expression})\n`

async function file(path: string, text: string, secondsOld: number): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true })
  await writeFile(join(root, path), text)
  await age(path, secondsOld)
}

async function age(path: string, seconds: number): Promise<void> {
  await utimes(join(root, path), NOW - seconds, NOW - seconds)
}

async function runs(env: Record<string, string> = {}): Promise<string> {
  const shim = join(root, 'adapters/node/cli/clawgo.js')
  const { stdout } = await promisify(execFile)(process.execPath, [shim], { env: { HOME: root, ...env } })
  return stdout.trim()
}

it('runs the build of an installed package, which has no sources', async () => {
  expect(await runs()).toBe('the build')
})

it('runs the build of a checkout while it is fresh, and the sources once one of them has changed', async () => {
  await checkout()
  expect(await runs()).toBe('the build')
  await age('src/config/schema.ts', 10)
  expect(await runs()).toBe('the sources')
})

it('takes a build for stale when a source was removed or a dependency changed', async () => {
  await checkout()
  await age('src/config', 10)
  expect(await runs()).toBe('the sources')
  await age('src/config', 60)
  await file('package-lock.json', '{}', 10)
  expect(await runs()).toBe('the sources')
})

it('does not take a changed test for a change of the program', async () => {
  await checkout()
  await file('src/config/schema.test.ts', '', 10)
  await age('src/config', 60)
  expect(await runs()).toBe('the build')
})

it('runs the sources where nothing was built', async () => {
  await checkout()
  await rm(join(root, 'dist'), { recursive: true })
  expect(await runs()).toBe('the sources')
})

it('says so when there is neither', async () => {
  await rm(join(root, 'dist'), { recursive: true })
  await expect(runs()).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('Install it again.') })
})

it('keeps compiled code with the package, never where another user could have put it', async () => {
  await runs()
  expect((await stat(join(root, 'node_modules/.cache/clawgo'))).isDirectory()).toBe(true)
  // The package is somebody else's: a file stands where the folder would have to be made.
  await rm(join(root, 'node_modules'), { recursive: true })
  await file('node_modules', '', 60)
  await runs({ XDG_CACHE_HOME: join(root, 'cache') })
  expect((await stat(join(root, 'cache/clawgo-gateway'))).isDirectory()).toBe(true)
})
