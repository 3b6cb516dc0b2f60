/**
 * What a text is found by (workspace-formats.md section 3.11): lower-case words, and pairs of neighbouring Han characters.
 * SQLite's own tokenizers do not give that: `trigram` misses words of two characters, `unicode61` does not split Han.
 */

/** A word, or a run of Han characters. Marks belong to the letter before them, or Hindi would fall into single letters. */
const RUNS = /(\p{Script=Han}+)|[[\p{L}\p{N}]--\p{Script=Han}][[\p{L}\p{N}\p{M}]--\p{Script=Han}]*/gv
/** A word that is longer is an encoded blob: found by its beginning. */
const MAX_WORD = 64
/** Characters of a message that are looked at; what a tool printed beyond that is not worth finding. */
const MAX_TEXT = 64_000
/** Of a query. */
const MAX_QUERY = 2000
const MAX_QUERY_TERMS = 32

export interface QueryTerm {
  /** As in `documentTerms`. */
  text: string
  /** A lone Han character: stands for every pair that begins with it. */
  prefix: boolean
}

/** The form in which texts are compared: full-width and composed forms of a character are one, case does not count. */
export function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}

/** The distinct terms of a message. The last character of each Han run is a term of its own, so that every one can be found. */
export function documentTerms(content: string): Set<string> {
  const terms = new Set<string>()
  for (const { han, text } of runs(content.slice(0, MAX_TEXT))) {
    if (!han) addWord(terms, text)
    else for (const pair of pairs(text, true)) terms.add(pair)
  }
  return terms
}

/** The distinct terms of a query, at most 32; none when it has no word of two bytes and no Han character. */
export function queryTerms(query: string): QueryTerm[] {
  const words = new Set<string>()
  const lone = new Set<string>()
  for (const { han, text } of runs(query.slice(0, MAX_QUERY))) {
    if (!han) addWord(words, text)
    else if ([...text].length === 1) lone.add(text)
    else for (const pair of pairs(text, false)) words.add(pair)
  }
  return [
    ...[...words].map((text) => ({ text, prefix: false })),
    ...[...lone].map((text) => ({ text, prefix: true })),
  ].slice(0, MAX_QUERY_TERMS)
}

function* runs(text: string): Generator<{ han: boolean; text: string }> {
  for (const match of folded(text.toWellFormed()).matchAll(RUNS)) {
    yield { han: match[1] !== undefined, text: match[0] }
  }
}

function* pairs(run: string, withLast: boolean): Generator<string> {
  const characters = [...run]
  for (let i = 0; i + 1 < characters.length; i++) yield characters[i]! + characters[i + 1]!
  if (withLast) yield characters.at(-1)!
}

/** Words of one byte (a letter or digit of ASCII) find nothing useful. */
function addWord(terms: Set<string>, word: string): void {
  if (word.length === 1 && word < '\u0080') return
  terms.add(word.length > MAX_WORD ? [...word.slice(0, MAX_WORD + 1)].slice(0, MAX_WORD).join('') : word)
}
