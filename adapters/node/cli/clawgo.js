#!/usr/bin/env node
/**
 * The `clawgo` command. Plain JavaScript, so that a Node too old to read TypeScript gets this far: it then hands over to
 * the Node that came with `npm ci`, or says which one is needed.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

const [major, minor] = process.versions.node.split('.').map(Number)
// From these versions on Node runs TypeScript without a flag.
const readsTypeScript = major >= 24 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18)

if (readsTypeScript) {
  import('./main.ts').then((cli) => cli.main(process.argv))
} else {
  const bundled = fileURLToPath(new URL(`../../../node_modules/node-linux-${process.arch}/bin/node`, import.meta.url))
  if (process.platform === 'linux' && existsSync(bundled)) {
    handOver(bundled)
  } else {
    console.error(
      `clawgo needs Node 24; this is ${process.versions.node}.\n` +
        'On Linux, `npm ci` in the checkout brings the right one. Elsewhere install it from https://nodejs.org and try again.',
    )
    process.exitCode = 1
  }
}

/** Runs the same command line on another Node, which gets our terminal, our signals and gives us its exit code. */
function handOver(node) {
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit' })
  // A terminal sends Ctrl-C to both processes; passing it on as well would count twice.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'))
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    console.error(`clawgo could not start its Node: ${error.message}\nRun \`npm ci\` in the checkout and try again.`)
    process.exitCode = 1
  })
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
}
