/** Names with values, one a line: headers as `Name: value`, variables as `NAME=value`. */

export type Sign = ':' | '='

/** The lines of an object. */
export function linesOf(values: unknown, sign: Sign): string {
  if (typeof values !== 'object' || values === null) return ''
  const between = sign === ':' ? ': ' : sign
  return Object.entries(values)
    .map(([name, value]) => `${name}${between}${value}`)
    .join('\n')
}

/** The object of the lines; else the number of the first line, from 1, that has no sign. */
export function valuesOf(lines: string, sign: Sign): Record<string, string> | number {
  const values: Record<string, string> = {}
  for (const [place, line] of lines.split('\n').entries()) {
    if (!line.trim()) continue
    const at = line.indexOf(sign)
    const name = line.slice(0, at).trim()
    if (at < 1 || !name) return place + 1
    values[name] = line.slice(at + 1).trim()
  }
  return values
}
