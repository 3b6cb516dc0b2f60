/** The frames of Feishu's long connection: protobuf 2, as channels.md section 9.1 lists them. */

export interface Frame {
  /** 0 control, 1 data. */
  method: number
  service: number
  headers: Record<string, string>
  payload: Uint8Array
}

const utf8 = new TextEncoder()

/** A frame as its sender writes it. */
export function encodeFrame({ method, service, headers, payload }: Frame): Uint8Array {
  return concat([
    ...[0, 0, service, method].flatMap((value, at) => [varint((at + 1) << 3), varint(value)]),
    ...Object.entries(headers).map(([key, value]) => {
      const pair = concat([bytesField(1, utf8.encode(key)), bytesField(2, utf8.encode(value))])
      return bytesField(5, pair)
    }),
    bytesField(8, payload),
  ])
}

/** Reads a frame; fields it does not know are passed over. */
export function decodeFrame(bytes: Uint8Array): Frame {
  const frame: Frame = { method: 0, service: 0, headers: {}, payload: new Uint8Array() }
  for (const [field, value] of fieldsOf(bytes)) {
    if (field === 3 && typeof value === 'number') frame.service = value
    if (field === 4 && typeof value === 'number') frame.method = value
    if (field === 8 && typeof value !== 'number') frame.payload = value
    if (field === 5 && typeof value !== 'number') {
      const pair = fieldsOf(value).map(([, text]) => new TextDecoder().decode(text as Uint8Array))
      frame.headers[pair[0]!] = pair[1]!
    }
  }
  return frame
}

function fieldsOf(bytes: Uint8Array): Array<[field: number, value: number | Uint8Array]> {
  const fields: Array<[number, number | Uint8Array]> = []
  let at = 0
  const read = () => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++]!
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return Number(BigInt.asIntN(64, value))
    }
  }
  while (at < bytes.length) {
    const tag = read()
    const wire = tag & 7
    if (wire === 0) fields.push([tag >> 3, read()])
    else if (wire === 2) {
      const size = read()
      fields.push([tag >> 3, bytes.subarray(at, at + size)])
      at += size
    } else throw new Error(`wire type ${wire}`)
  }
  return fields
}

function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = value
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0))
    rest >>>= 7
  } while (rest > 0)
  return Uint8Array.from(bytes)
}

const bytesField = (field: number, value: Uint8Array) => concat([varint((field << 3) | 2), varint(value.length), value])

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
