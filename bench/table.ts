/** The figures as people read them. */
import type { Figure } from './figures.ts'

const HEAD = ['figure', 'on', 'value', 'baseline', 'ratio', 'aim', 'met', 'baseline is']

/** A table of plain text, one line a figure. */
export function table(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.name,
    figure.runtime,
    `${rounded(figure.value)} ${figure.unit}`,
    `${rounded(figure.baseline)} ${figure.unit}`,
    figure.ratio.toFixed(2),
    figure.aim ?? '-',
    figure.met === null ? '-' : figure.met ? 'yes' : 'NO',
    figure.against,
  ])
  const widths = HEAD.map((_, column) => Math.max(...[HEAD, ...rows].map((row) => row[column]!.length)))
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd()
  return [line(HEAD), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}

/** Three digits that say something. */
function rounded(value: number): string {
  const size = Math.abs(value)
  return size >= 100 ? String(Math.round(value)) : size >= 10 ? value.toFixed(1) : value.toFixed(2)
}
