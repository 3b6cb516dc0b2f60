/** How commands print data: readable by default, JSON on request. */
import { styleText } from 'node:util'

/** Writes one line to stdout. */
export function say(text = ''): void {
  process.stdout.write(`${text}\n`)
}

/** Writes indented JSON, for `--json`. */
export function sayJson(value: unknown): void {
  say(JSON.stringify(value, null, 2))
}

/** Aligned `label  value` lines. */
export function sayFacts(facts: ReadonlyArray<readonly [label: string, value: string]>): void {
  const width = Math.max(...facts.map(([label]) => label.length))
  for (const [label, value] of facts) say(`${styleText('dim', label.padEnd(width))}  ${value}`)
}

/** A plain table without lines. */
export async function sayTable(head: readonly string[], rows: ReadonlyArray<readonly string[]>): Promise<void> {
  const { default: Table } = await import('cli-table3')
  const none = { top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '' }
  const lines = { 'bottom-left': '', 'bottom-right': '', left: '', 'left-mid': '', mid: '', 'mid-mid': '' }
  const table = new Table({
    head: head.map((title) => styleText('dim', title)),
    chars: { ...none, ...lines, right: '', 'right-mid': '', middle: '  ' },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  })
  table.push(...rows.map((row) => [...row]))
  say(table.toString())
}
