/** The command line of the benchmark. */
import { parseArgs } from 'node:util'
import type { Runtime } from './figures.ts'
import type { Measurement } from './stage.ts'

export interface Options {
  measurements: Measurement[]
  runtimes: Runtime[]
  quick: boolean
  help: boolean
}

/** Reads the arguments; throws an `Error` that says what is wrong with them. */
export function optionsFrom(args: readonly string[], known: readonly Measurement[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      on: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const unknown = positionals.find((name) => !known.some((one) => one.name === name))
  if (unknown !== undefined) throw new Error(`There is no measurement '${unknown}'. --help lists them.`)
  const { on, quick, help } = values
  if (on !== undefined && on !== 'node' && on !== 'workerd') throw new Error(`--on takes node or workerd, not '${on}'.`)
  return {
    measurements: positionals.length ? known.filter(({ name }) => positionals.includes(name)) : [...known],
    runtimes: on === undefined ? ['node', 'workerd'] : [on],
    quick,
    help,
  }
}

/** What `--help` prints. */
export function helpText(known: readonly Measurement[]): string {
  return `Usage: npm run bench -- [--quick] [--on node|workerd] [name ...]

Measures the gateway against the least that could do the same work, in the same run, and writes
bench/results/latest.json. Without names everything is measured: under ten minutes, with --quick two.

${known.map(({ name, about }) => `  ${name.padEnd(12)} ${about}`).join('\n')}

Ours and the baseline are measured in turn, round by round; value and baseline are the medians of the rounds, the ratio
is the median of the rounds' ratios. The servers under test run on one core, clients and the scripted model server on
another. Compare ratios; the values themselves are this machine's, today.`
}
