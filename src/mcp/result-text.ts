/** What a remote tool answered, as text for the model: no base64, which would cost a fortune and say nothing. */
import * as z from 'zod'

/** The result of `tools/call`. Kinds of content that are newer than this code pass through as JSON. */
export const callResult = z.looseObject({
  content: z.array(z.looseObject({ type: z.string() })).default([]),
  structuredContent: z.unknown().optional(),
  isError: z.boolean().optional(),
})

export type CallResult = z.output<typeof callResult>

type Content = CallResult['content'][number]

/** Blocks joined by blank lines, structured content after them; a result without any content as JSON. */
export function resultText(result: CallResult): string {
  const blocks = result.content.map(blockText)
  const { structuredContent } = result
  if (isFilled(structuredContent) && !blocks.some((block) => saysTheSame(block, structuredContent))) {
    blocks.push(prettyJson(structuredContent))
  }
  return blocks.length > 0 ? blocks.join('\n\n') : prettyJson(result)
}

/** Indented JSON in which the bytes of images, sounds and files are replaced by what they are. */
export function prettyJson(value: unknown): string {
  return JSON.stringify(withoutBytes(value), null, 2)
}

function blockText(block: Content): string {
  if (block.type === 'text' && typeof block.text === 'string') return block.text
  if ((block.type === 'image' || block.type === 'audio') && typeof block.data === 'string') {
    return `[${block.type}: ${bytesNote(block.data, block.mimeType)}]`
  }
  if (block.type === 'resource' && isRecord(block.resource)) {
    const { uri, text, blob, mimeType } = block.resource
    if (typeof text === 'string') return `[resource ${String(uri)}]\n${text}`
    if (typeof blob === 'string') return `[resource ${String(uri)}: ${bytesNote(blob, mimeType)}]`
  }
  return prettyJson(block)
}

function withoutBytes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutBytes)
  if (!isRecord(value)) return value
  const entries = Object.entries(value).map(([key, each]) => {
    const bytes = key === 'blob' || (key === 'data' && (value.type === 'image' || value.type === 'audio'))
    return [key, bytes && typeof each === 'string' ? `[${bytesNote(each, value.mimeType)}]` : withoutBytes(each)]
  })
  return Object.fromEntries(entries)
}

function bytesNote(base64: string, mimeType: unknown): string {
  const bytes = Math.floor((base64.replace(/=+$/, '').length * 3) / 4)
  const size = bytes < 1024 ? `${bytes} bytes` : `${Math.round(bytes / 1024)} KB`
  return `${typeof mimeType === 'string' ? mimeType : 'unknown type'}, ${size}, not shown`
}

/** Servers repeat structured content as text for clients that know no other. */
function saysTheSame(block: string, structured: unknown): boolean {
  try {
    return JSON.stringify(JSON.parse(block)) === JSON.stringify(structured)
  } catch {
    return false
  }
}

const isFilled = (value: unknown) => isRecord(value) && Object.keys(value).length > 0
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
