/**
 * `<think>...</think>` at the head of a text is reasoning. Servers without a parser for their model's format send it as
 * text; the tags may be cut anywhere between two deltas. Further on in a text the words are the model's to use.
 */
import type { LanguageModelV4Content } from '@ai-sdk/provider'
import type { Part, PartStream, Quirk } from './wrapped-model.ts'

const FORMS = [
  { open: '<think>', close: '</think>' },
  { open: '<thinking>', close: '</thinking>' },
] as const

type Form = (typeof FORMS)[number]

/** A piece of the text, as what it is. */
interface Piece {
  type: 'text' | 'reasoning'
  text: string
}

/** Reasoning printed into the text becomes reasoning. */
export const thinkTags: Quirk = {
  stream: splitter,
  answer: ({ content, finishReason }) => ({ content: content.flatMap(splitContent), finishReason }),
}

/**
 * Sorts the deltas of one text block. `head`: nothing but white space and tags so far. `thinking`: inside of a tag.
 * `text`: the answer has begun, everything else passes.
 */
function sorter() {
  let state: 'head' | 'thinking' | 'text' = 'head'
  let form: Form = FORMS[0]
  let held = ''
  let thought = false
  let begun = false

  const step = (pieces: Piece[]): boolean => {
    if (state === 'text') {
      pieces.push({ type: 'text', text: held })
      held = ''
      return false
    }
    if (state === 'thinking') {
      // Models that do not think print an empty pair of tags.
      if (!begun) held = held.trimStart()
      begun ||= held !== '' && !form.close.startsWith(held)
      const end = held.indexOf(form.close)
      if (end === -1) {
        const safe = held.length - overlap(held, form.close)
        pieces.push({ type: 'reasoning', text: held.slice(0, safe) })
        held = held.slice(safe)
        return false
      }
      pieces.push({ type: 'reasoning', text: held.slice(0, end) })
      held = held.slice(end + form.close.length)
      state = 'head'
      thought = true
      return true
    }
    const start = held.trimStart()
    const found = FORMS.find(({ open }) => start.startsWith(open))
    if (found) {
      form = found
      held = start.slice(found.open.length)
      state = 'thinking'
      begun = false
      return true
    }
    // White space and half a tag may still become a tag.
    if (FORMS.some(({ open }) => open.startsWith(start))) return false
    state = 'text'
    // The blank lines between the thoughts and the answer belong to neither.
    if (thought) held = start
    return true
  }

  return {
    take(delta: string): Piece[] {
      held += delta
      const pieces: Piece[] = []
      while (step(pieces)) {
        // Each step consumes a tag or changes the state.
      }
      return pieces.filter(({ text }) => text !== '')
    },
    /** What was held back for a tag that never came. */
    rest(): Piece[] {
      const text = state === 'head' && thought ? held.trim() : held
      held = ''
      return text === '' ? [] : [{ type: state === 'thinking' ? 'reasoning' : 'text', text }]
    },
  }
}

/** How much of the end of `text` could be the beginning of `tag`. */
function overlap(text: string, tag: string): number {
  for (let size = Math.min(tag.length - 1, text.length); size > 0; size--) {
    if (tag.startsWith(text.slice(-size))) return size
  }
  return 0
}

function splitContent(part: LanguageModelV4Content): LanguageModelV4Content[] {
  if (part.type !== 'text') return [part]
  const sort = sorter()
  const merged: Piece[] = []
  for (const piece of [...sort.take(part.text), ...sort.rest()]) {
    const last = merged.at(-1)
    if (last?.type === piece.type) last.text += piece.text
    else merged.push({ ...piece })
  }
  return merged.map((piece) => ({ ...part, ...piece }))
}

/** The text block that is being sorted. */
interface Block {
  start: Extract<Part, { type: 'text-start' }>
  sort: ReturnType<typeof sorter>
  /** The part that is open towards the reader. */
  open: { type: Piece['type']; id: string } | undefined
  count: number
}

function splitter(): PartStream {
  const blocks = new Map<string, Block>()
  const show = (block: Block, pieces: Piece[], send: (part: Part) => void) => {
    for (const { type, text } of pieces) {
      if (block.open?.type !== type) {
        if (block.open) send({ type: `${block.open.type}-end`, id: block.open.id })
        const id = type === 'text' ? block.start.id : `${block.start.id}-think-${block.count++}`
        block.open = { type, id }
        send(type === 'text' ? block.start : { type: 'reasoning-start', id })
      }
      send({ type: `${type}-delta`, id: block.open.id, delta: text })
    }
  }
  return new TransformStream({
    transform(part, controller) {
      const send = (each: Part) => controller.enqueue(each)
      if (part.type === 'text-start') {
        blocks.set(part.id, { start: part, sort: sorter(), open: undefined, count: 0 })
        return
      }
      const block = part.type === 'text-delta' || part.type === 'text-end' ? blocks.get(part.id) : undefined
      if (!block) return send(part)
      if (part.type === 'text-delta') return show(block, block.sort.take(part.delta), send)
      show(block, block.sort.rest(), send)
      blocks.delete(block.start.id)
      if (block.open?.type === 'reasoning') send({ type: 'reasoning-end', id: block.open.id })
      else if (block.open) send(part as Part)
    },
    flush(controller) {
      // The stream broke off: what was held back is all there is.
      for (const block of blocks.values()) show(block, block.sort.rest(), (part) => controller.enqueue(part))
    },
  })
}
