/** A table as text of fixed width: Telegram has none of its own. */
import type { Token, Tokens } from 'marked'

/** Columns padded to their widest cell, a line under the header. `plain` gives the text of a cell. */
export function drawTable(table: Tokens.Table, plain: (tokens: readonly Token[]) => string): string {
  const rows = [table.header, ...table.rows].map((row) => row.map((cell) => plain(cell.tokens).replace(/\n/g, ' ')))
  const widths = table.header.map((_, column) => Math.max(1, ...rows.map((row) => width(row[column] ?? ''))))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell + ' '.repeat(widths[column]! - width(cell)))
      .join(' | ')
      .trimEnd()
  const [header = [], ...body] = rows
  return [line(header), widths.map((size) => '-'.repeat(size)).join('-+-'), ...body.map(line)].join('\n')
}

/** East Asian characters take two columns of a fixed-width font. */
function width(text: string): number {
  let columns = 0
  for (const character of text)
    columns += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(
      character,
    )
      ? 2
      : 1
  return columns
}
