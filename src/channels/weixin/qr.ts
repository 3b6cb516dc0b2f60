/** QR codes as SVG (channels.md section 7.11). */

const UNIT = 8
const QUIET = 24

/** The dark and light modules of a QR code, level M. Throws when the text is too long for one. */
export async function qrModules(text: string): Promise<boolean[][]> {
  const { default: QRCode } = await import('qrcode-svg')
  return new QRCode({ content: text, ecl: 'M', padding: 0 }).qrcode.modules
}

/** A square picture without a size of its own: 8 units a module, and a quiet zone of 24 modules around. */
export async function qrSvg(text: string): Promise<string> {
  const modules = await qrModules(text)
  const side = (modules.length + 2 * QUIET) * UNIT
  const rects = modules.flatMap((row, y) =>
    row.flatMap((dark, x) =>
      dark ? [`<rect x="${(x + QUIET) * UNIT}" y="${(y + QUIET) * UNIT}" width="${UNIT}" height="${UNIT}"/>`] : [],
    ),
  )
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${side}" shape-rendering="crispEdges">`,
    `<rect width="${side}" height="${side}" fill="#ffffff"/><g fill="#111111">${rects.join('')}</g></svg>`,
  ].join('')
}
