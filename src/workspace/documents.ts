/** The workspace documents that go into every system prompt (agent.md section 4, row 2). */
import { FileError, type Files } from '../files/index.ts'

/** One document: its file name and its text, without surrounding blank lines. */
export interface PromptDocument {
  name: string
  text: string
}

const ALWAYS = ['AGENTS.md', 'BOOT.md', 'SOUL.md', 'USER.md', 'IDENTITY.md', 'TOOLS.md'] as const

/**
 * The documents in prompt order, read anew each time; missing and blank ones are left out. BOOTSTRAP.md joins at the end
 * while IDENTITY.md or USER.md is missing or not filled in. Each text is at most `chars` characters (default 20 000),
 * then a notice says how to read the rest. A document that cannot be read is replaced by a notice; nothing throws.
 */
export async function promptDocuments(files: Files, chars = 20_000): Promise<PromptDocument[]> {
  const texts = await Promise.all(ALWAYS.map((name) => documentText(files, name, chars)))
  const found = new Map(ALWAYS.map((name, i) => [name, texts[i]!]))
  const documents: PromptDocument[] = []
  for (const [name, text] of found) if (text) documents.push({ name, text })
  if (isUnfilled(found.get('IDENTITY.md')!) || isUnfilled(found.get('USER.md')!)) {
    const text = await documentText(files, 'BOOTSTRAP.md', chars)
    if (text) documents.push({ name: 'BOOTSTRAP.md', text })
  }
  return documents
}

/**
 * Nothing but blank lines, headings, comments and fields without a value (`- Name:`), with at most one plain sentence
 * under the first heading that says what the file is for: a template nobody has filled in.
 */
export function isUnfilled(text: string): boolean {
  const lines = text
    .replaceAll(/<!--[\s\S]*?-->/g, '')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line && !line.startsWith('#'))
  const rest = lines.filter((line) => !/^[-*] .*:$/.test(line))
  if (rest.length === 0) return true
  return rest.length === 1 && lines.length > 1 && rest[0] === lines[0] && !/^[-*] /.test(lines[0]!)
}

/** At most `chars` characters of a text file: reads no more of it than it needs. Missing: the empty text. */
async function documentText(files: Files, name: string, chars: number): Promise<string> {
  try {
    // A character takes at most 3 bytes of UTF-8 per UTF-16 unit; some more bytes tell that there is a rest.
    const budget = chars * 3 + 8
    const bytes = await files.read(name, 0, budget + 1)
    const text = new TextDecoder().decode(bytes, { stream: true }).trim()
    if (text.length <= chars && bytes.length <= budget) return text
    const cut = text.slice(0, chars).replace(/[\uD800-\uDBFF]$/, '')
    return `${cut}\n\n[${name} goes on: only its first ${cut.length} characters are shown. Use read_file for the rest.]`
  } catch (error) {
    if (error instanceof FileError) return error.code === 'ENOENT' ? '' : `[${name} cannot be read: ${error.message}]`
    throw error
  }
}
