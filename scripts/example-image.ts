/** A picture for the pictures: an evening sky over the sea, as PNG. */
import { crc32, deflateSync } from 'node:zlib'

/** The bytes of an image of this many pixels. */
export function eveningSky(width: number, height: number): Buffer<ArrayBuffer> {
  const rows = Buffer.alloc(height * (1 + width * 3))
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) rows.set(colourAt(x / width, y / height), y * (1 + width * 3) + 1 + x * 3)
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2], 8)
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND')])
}

function colourAt(x: number, y: number): [red: number, green: number, blue: number] {
  if (Math.hypot((x - 0.62) * 1.5, y - 0.52) < 0.09 && y < 0.6) return [255, 236, 196]
  if (y < 0.6) return [90 + 250 * y, 110 + 90 * y, 190 - 130 * y]
  const glint = Math.abs(x - 0.62) < 0.12 && Math.sin(y * 160) > 0.2 ? 60 : 0
  return [50 + glint + 40 * (1 - y), 70 + glint, 110]
}

function chunk(type: string, data = Buffer.alloc(0)): Buffer<ArrayBuffer> {
  const body = Buffer.concat([Buffer.from(type), data])
  const framed = Buffer.alloc(body.length + 8)
  framed.writeUInt32BE(data.length, 0)
  framed.set(body, 4)
  framed.writeUInt32BE(crc32(body), body.length + 4)
  return framed
}
