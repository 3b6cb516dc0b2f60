/** What a vendor's wire format is to the model server. One file a vendor: `model-server-wire-*.ts`. */
import type { Ask, Plan } from './model-server-script.ts'

/** One server-sent event; `delta` marks those that carry content, which `delay`, `die` and `hang` count. */
export interface Frame {
  text: string
  delta?: boolean
}

export interface Wire {
  /** Reads the vendor's request body; the URL carries the model for some. */
  read(body: unknown, url: URL): Ask
  /** The answer in one piece. */
  whole(plan: Plan, ask: Ask): object
  /** The answer as a stream. */
  frames(plan: Plan, ask: Ask): Iterable<Frame>
  /** An error body as the vendor words it. */
  error(status: number, message: string): object
  /** The vendor's own way of saying that the prompt is too long. */
  overflow(): { status: number; body: object }
}

export const data = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`

/** An event with a name, as Anthropic and the Responses API send them. */
export const event = (value: { type: string } & Record<string, unknown>): string =>
  `event: ${value.type}\n${data(value)}`

/** Splits JSON text in two, so that clients must put it together. */
export const halves = (text: string): string[] => {
  const middle = Math.ceil(text.length / 2)
  return [text.slice(0, middle), text.slice(middle)].filter(Boolean)
}

/** The text of a string, or of the text parts of a list. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content
    .map((part: { text?: unknown; content?: unknown }) => (typeof part.text === 'string' ? part.text : ''))
    .join('')
}
