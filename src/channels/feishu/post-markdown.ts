/** A rich text ("post") of a person as Markdown (channels.md section 9.2). */
import * as z from 'zod'

const runSchema = z.looseObject({
  tag: z.string(),
  text: z.string().default(''),
  href: z.string().default(''),
  user_id: z.string().default(''),
  user_name: z.string().default(''),
  image_key: z.string().default(''),
  file_key: z.string().default(''),
  language: z.string().default(''),
  emoji_type: z.string().default(''),
  style: z.array(z.string()).default([]),
})
type Run = z.infer<typeof runSchema>

const blockSchema = z.object({ title: z.string().default(''), content: z.array(z.array(runSchema)) })

/** What is shown in a post that is a file of its own. */
export interface PostFile {
  readonly kind: 'image' | 'video'
  readonly key: string
}

export interface ReadPost {
  readonly markdown: string
  readonly files: readonly PostFile[]
}

/**
 * Reads a post's content: the block itself, as events bring it, or one block a language. `nameOf` says how the person
 * behind an id of this message is called; null leaves the mention out.
 */
export function readPost(content: unknown, nameOf: (run: { id: string; name: string }) => string | null): ReadPost {
  const files: PostFile[] = []
  const { title, content: rows } = blockOf(content)
  const lines = rows.map((row) => row.map((run) => markdownOf(run, files, nameOf)).join(''))
  const markdown = [...(title ? [`# ${title}`] : []), ...lines].join('\n').trim()
  return { markdown, files }
}

function blockOf(content: unknown): z.infer<typeof blockSchema> {
  const languages = z.record(z.string(), z.unknown()).catch({}).parse(content)
  for (const candidate of [content, languages.zh_cn, languages.en_us, ...Object.values(languages)]) {
    const block = blockSchema.safeParse(candidate)
    if (block.success) return block.data
  }
  return { title: '', content: [] }
}

function markdownOf(run: Run, files: PostFile[], nameOf: (run: { id: string; name: string }) => string | null): string {
  switch (run.tag) {
    case 'a':
      return run.href ? `[${run.text || run.href}](${run.href})` : run.text
    case 'at': {
      const name = nameOf({ id: run.user_id, name: run.user_name })
      return name === null ? '' : `@${name}`
    }
    case 'img':
      if (run.image_key) files.push({ kind: 'image', key: run.image_key })
      return '[image]'
    case 'media':
      if (run.file_key) files.push({ kind: 'video', key: run.file_key })
      return '[video]'
    case 'code_block':
      return `\n${fenced(run)}\n`
    case 'hr':
      return '\n---\n'
    case 'emotion':
      return run.emoji_type ? `:${run.emoji_type}:` : ''
    default:
      return styled(run)
  }
}

function fenced({ text, language }: Run): string {
  let fence = '```'
  while (text.includes(fence)) fence += '`'
  return `${fence}${language.toLowerCase()}\n${text.replace(/\n$/, '')}\n${fence}`
}

const MARKS: Record<string, string> = { bold: '**', italic: '*', lineThrough: '~~', codeInline: '`' }

/** The marks go close around the words: `** word**` is no bold. */
function styled({ text, style }: Run): string {
  const marks = style.map((name) => MARKS[name]).filter((mark) => mark !== undefined)
  const [, before = '', words = '', after = ''] = /^(\s*)([\s\S]*?)(\s*)$/.exec(text) ?? []
  return words === '' ? text : before + marks.join('') + words + marks.toReversed().join('') + after
}
