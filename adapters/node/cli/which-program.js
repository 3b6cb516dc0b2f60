/** Which code the `clawgo` command runs: the build, or in a checkout the sources that are newer than it. */
import { accessSync, constants, mkdirSync, readdirSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const BUILD = 'dist/node/main.js'
const SOURCES = 'adapters/node/cli/main.ts'
/** What the build is made of. */
const INPUTS = ['package.json', 'package-lock.json', 'src', 'adapters/node']

/**
 * The program of the package at `root` (a URL ending in a slash), or null when there is none. A build counts when it was
 * begun after the last change of its inputs; an installed package has no sources and always runs its build.
 *
 * @param {URL} root
 * @returns {URL | null}
 */
export function programOf(root) {
  const build = new URL(BUILD, root)
  const sources = new URL(SOURCES, root)
  const builtAt = changedAt(fileURLToPath(build))
  if (changedAt(fileURLToPath(sources)) === null) return builtAt === null ? null : build
  if (builtAt === null) return sources
  const stale = INPUTS.some((input) => changedSince(builtAt, fileURLToPath(new URL(input, root))))
  return stale ? sources : build
}

/**
 * Where Node keeps compiled code: with the package, or with the user where the package is somebody else's. Never among
 * the temporary files, where anyone could put code for us to run.
 *
 * @param {URL} root
 * @param {Readonly<Record<string, string | undefined>>} env
 * @returns {string}
 */
export function compileCache(root, env) {
  const own = fileURLToPath(new URL('node_modules/.cache/clawgo', root))
  try {
    mkdirSync(own, { recursive: true })
    accessSync(own, constants.W_OK)
    return own
  } catch {
    return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'clawgo-gateway')
  }
}

/** Whether a file or anything in a folder changed after `time`. A folder's own time tells of what was removed. */
function changedSince(time, path) {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (!stat) return false
  if (stat.mtimeMs > time) return true
  return stat.isDirectory() && readdirSync(path).some((name) => !isTest(name) && changedSince(time, join(path, name)))
}

function isTest(name) {
  return name.endsWith('.test.ts')
}

function changedAt(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? null
}
