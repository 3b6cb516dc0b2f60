/**
 * `<think>...</think>` at the head of a text is reasoning. Servers without a parser for their model's format send it as
 * text; the tags may be cut anywhere between two deltas. Further on in a text the words are the model's to use.
 *
 * Some templates open the tag in the prompt, so that only `</think>` comes: what stands before it is reasoning, too. In a
 * stream that shows only when it is too late, so a model that did it once is expected to go on: its next answers begin as
 * reasoning, and turn into text where the tag does not come after all.
 */
import type { LanguageModelV4Content } from '@ai-sdk/provider'
import { endOfThoughts, mayEndThoughts } from './orphan-think-tag.ts'
import type { Part, PartRewriter, Quirk } from './wrapped-model.ts'

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

/** Models known to begin in the middle of their thoughts. */
const BEGINS_INSIDE = /deepseek-r1|r1-distill|\bqwq\b|qwen3.*-thinking/i

/** What is known of one model, over its answers. */
interface Habit {
  /** Its answers begin as reasoning. */
  inside: boolean
}

/** Reasoning printed into the text becomes reasoning. One for each opened model: what it learned is forgotten with it. */
export function thinkTags(modelId: string): Quirk {
  const habit: Habit = { inside: BEGINS_INSIDE.test(modelId) }
  return {
    stream: () => splitter(habit),
    answer: ({ content, finishReason }) => ({ content: content.flatMap(splitContent), finishReason }),
  }
}

/**
 * Sorts the deltas of one text block. `head`: nothing but white space and tags so far. `thinking`: inside of a tag.
 * `text`: the answer has begun, everything else passes but a closing tag that none opened.
 */
function sorter(habit: Habit) {
  let state: 'head' | 'thinking' | 'text' = 'head'
  let form: Form = FORMS[0]
  let held = ''
  let thought = false
  let begun = false
  /** Thoughts that no tag opened, until one closes them. */
  let assumed: string | undefined
  /** The answer so far, while a closing tag may still come. */
  let shown = ''

  const think = (pieces: Piece[], text: string) => {
    if (assumed !== undefined) assumed += text
    pieces.push({ type: 'reasoning', text })
  }
  const answer = (pieces: Piece[]): boolean => {
    // A tag that was opened was closed: another one is a word.
    const end = thought ? null : endOfThoughts(held, shown)
    if (end) {
      habit.inside = true
      thought = true
      pieces.push({ type: 'text', text: held.slice(0, end.from).trimEnd() })
      held = held.slice(end.to)
      state = 'head'
      return true
    }
    const safe = thought ? held.length : held.length - mayEndThoughts(held)
    const text = held.slice(0, safe)
    if (!thought) shown += text
    pieces.push({ type: 'text', text })
    held = held.slice(safe)
    return false
  }

  const step = (pieces: Piece[]): boolean => {
    if (state === 'text') return answer(pieces)
    if (state === 'thinking') {
      // Models that do not think print an empty pair of tags.
      if (!begun) held = held.trimStart()
      begun ||= held !== '' && !form.close.startsWith(held)
      const end = held.indexOf(form.close)
      if (end === -1) {
        const safe = held.length - overlap(held, form.close)
        think(pieces, held.slice(0, safe))
        held = held.slice(safe)
        return false
      }
      think(pieces, held.slice(0, end))
      held = held.slice(end + form.close.length)
      state = 'head'
      thought = true
      assumed = undefined
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
    if (habit.inside && !thought) {
      form = FORMS[0]
      state = 'thinking'
      begun = false
      assumed = ''
      return true
    }
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
      if (assumed !== undefined) {
        // They were no thoughts: this model has another habit by now.
        habit.inside = false
        const text = assumed + held
        assumed = undefined
        held = ''
        return text === '' ? [] : [{ type: 'text', text }]
      }
      const end = state === 'text' && !thought ? endOfThoughts(`${held}\n`, shown) : null
      if (end) habit.inside = true
      const whole = end ? held.slice(0, end.from).trimEnd() : held
      const text = state === 'head' && thought ? whole.trim() : whole
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
  const merged: Piece[] = []
  for (const piece of pieces(part.text)) {
    const last = merged.at(-1)
    if (last?.type === piece.type) last.text += piece.text
    else merged.push({ ...piece })
  }
  return merged.map((piece) => ({ ...part, ...piece }))
}

/** A whole text: here a closing tag is seen in time. */
function pieces(text: string): Piece[] {
  const sort = sorter({ inside: false })
  const head = text.trimStart()
  const end = FORMS.some(({ open }) => head.startsWith(open)) ? null : endOfThoughts(`${text}\n`, '')
  if (!end) return [...sort.take(text), ...sort.rest()]
  const found: Piece[] = [
    { type: 'reasoning', text: text.slice(0, end.from).trim() },
    { type: 'text', text: text.slice(end.to).trim() },
  ]
  return found.filter((piece) => piece.text !== '')
}

/** The text block that is being sorted. */
interface Block {
  start: Extract<Part, { type: 'text-start' }>
  sort: ReturnType<typeof sorter>
  /** The part that is open towards the reader. */
  open: { type: Piece['type']; id: string } | undefined
  count: number
}

function splitter(habit: Habit): PartRewriter {
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
  return {
    part(part, send) {
      // Thoughts that come as such: this server knows the format, and the text is the answer.
      if (part.type === 'reasoning-start') habit.inside = false
      if (part.type === 'text-start') {
        blocks.set(part.id, { start: part, sort: sorter(habit), open: undefined, count: 0 })
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
    end(send) {
      // The stream broke off: what was held back is all there is.
      for (const block of blocks.values()) show(block, block.sort.rest(), send)
    },
  }
}
