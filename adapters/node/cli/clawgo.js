#!/usr/bin/env node
/**
 * The `clawgo` command. Plain JavaScript, so that a Node too old to read TypeScript gets this far: it then hands over to
 * the Node that came with `npm ci`, or says which one is needed.
 */
import * as module from 'node:module'
import { compileCache, programOf } from './which-program.js'

/** By then a start has loaded what it needs. */
const LOADED_MS = 5000

const [major, minor] = process.versions.node.split('.').map(Number)
// From these versions on Node runs TypeScript without a flag.
const readsTypeScript = major >= 24 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18)
const root = new URL('../../../', import.meta.url)

if (readsTypeScript) {
  module.enableCompileCache(compileCache(root, process.env))
  // Node writes the cache when it ends; a gateway may run for months and then be killed.
  setTimeout(() => module.flushCompileCache(), LOADED_MS).unref()
  const program = programOf(root)
  if (program) import(program.href).then((cli) => cli.main(process.argv))
  else fail('clawgo is not complete: neither its build nor its sources are there. Install it again.')
} else {
  const bundled = process.platform === 'linux' ? bundledNode() : null
  if (bundled) await handOver(bundled)
  else {
    fail(
      `clawgo needs Node 24; this is ${process.versions.node}.\n` +
        'On Linux, `npm ci` in the checkout brings the right one. Elsewhere install it from https://nodejs.org and try again.',
    )
  }
}

/** The Node that the package depends on, wherever npm has put it. */
function bundledNode() {
  try {
    return module.createRequire(import.meta.url).resolve(`node-linux-${process.arch}/bin/node`)
  } catch {
    return null
  }
}

/** Runs the same command line on another Node, which gets our terminal, our signals and gives us its exit code. */
async function handOver(node) {
  const { spawn } = await import('node:child_process')
  const { constants } = await import('node:os')
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit' })
  // A terminal sends Ctrl-C to both processes; passing it on as well would count twice.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'))
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => fail(`clawgo could not start its Node: ${error.message}\nInstall it again.`))
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
}

function fail(text) {
  console.error(text)
  process.exitCode = 1
}
