/** What a query asks for, word by word, also in languages that write without spaces. */

const WORDS = /[\p{L}\p{N}\p{M}_]+/gu
/** Scripts whose words are not set apart by spaces. */
const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}ー\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]+/gu
const MOST = 64

/** `text` in the form that keywords are compared in. */
export const folded = (text: string): string => text.normalize('NFKC').toLowerCase()

/**
 * The distinct keywords of a query, folded: whole words, and overlapping pairs of characters where a script has no
 * spaces (one character when it stands alone). Single letters count only when there is nothing else.
 */
export function keywordsOf(query: string): string[] {
  const words: string[] = []
  const letters: string[] = []
  for (const [run] of folded(query).matchAll(WORDS)) {
    for (const [unspaced] of run.matchAll(UNSPACED)) words.push(...pairsOf([...unspaced]))
    for (const word of run.split(UNSPACED)) if (word !== '') (word.length > 1 ? words : letters).push(word)
  }
  return [...new Set(words.length > 0 ? words : letters)].slice(0, MOST)
}

function pairsOf(characters: string[]): string[] {
  if (characters.length === 1) return characters
  return characters.slice(1).map((character, index) => characters[index]! + character)
}
