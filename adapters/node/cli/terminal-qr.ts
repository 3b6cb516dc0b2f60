/** A QR code in a terminal: two modules a character, so that it stays square. */

const QUIET = 2

/**
 * The lines of a QR code. With `colour` it is black on white whatever the terminal's own colours are; without, light
 * modules are drawn, which is right on a dark terminal.
 */
export function terminalQr(modules: readonly (readonly boolean[])[], { colour }: { colour: boolean }): string[] {
  const side = modules.length + 2 * QUIET
  const isDark = (x: number, y: number) => modules[y - QUIET]?.[x - QUIET] === true
  const lines: string[] = []
  for (let y = 0; y < side; y += 2) {
    let line = ''
    for (let x = 0; x < side; x++) {
      // Under the last line there may be nothing; that counts as light.
      const [upper, lower] = [isDark(x, y) === colour, isDark(x, y + 1) === colour]
      line += upper ? (lower ? '█' : '▀') : lower ? '▄' : ' '
    }
    lines.push(colour ? `\u001b[30;107m${line}\u001b[0m` : line)
  }
  return lines
}
