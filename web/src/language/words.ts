/**
 * What the console says. A page keeps its phrases beside itself, each in both languages, so that none can be forgotten
 * and a page that is not loaded brings no words:
 *
 *     const words = catalogue({ saved: ['Saved', '已保存'], files: [{ one: '{n} file', other: '{n} files' }, '{n} 个文件'] })
 *     const t = useWords(words)
 *     t('files', { n: 3 })
 */
import { useMemo } from 'react'
import { currentLanguage, type Language, useLanguage } from './language.ts'

/** English with its two numbers, chosen by the value `n`, where it needs them. */
type English = string | { readonly one: string; readonly other: string }
export type Phrase = readonly [en: English, zh: string]
export type Catalogue = Readonly<Record<string, Phrase>>
export type Values = Readonly<Record<string, string | number>>
/** Says a phrase of a catalogue; `{name}` in it is replaced by the value of that name. */
export type Words<C extends Catalogue> = (key: keyof C & string, values?: Values) => string

/** Declares phrases; a missing language is a type error. */
export function catalogue<const C extends Catalogue>(phrases: C): C {
  return phrases
}

/** The words of a catalogue in the chosen language, in a component. */
export function useWords<C extends Catalogue>(phrases: C): Words<C> {
  const language = useLanguage()
  return useMemo(() => wordsIn(language, phrases), [language, phrases])
}

/** The same outside of components, for what is said once (a notice after a request). */
export function say<C extends Catalogue>(phrases: C, key: keyof C & string, values?: Values): string {
  return wordsIn(currentLanguage(), phrases)(key, values)
}

/** One phrase that is not part of a catalogue. */
export function usePhrase(): (phrase: Phrase, values?: Values) => string {
  const language = useLanguage()
  return (phrase, values) => spoken(phrase, language, values)
}

/** The words of a catalogue in a language. */
export function wordsIn<C extends Catalogue>(language: Language, phrases: C): Words<C> {
  return (key, values) => spoken(phrases[key]!, language, values)
}

function spoken([en, zh]: Phrase, language: Language, values?: Values): string {
  const text = language === 'zh' ? zh : typeof en === 'string' ? en : en[values?.n === 1 ? 'one' : 'other']
  return values ? text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole)) : text
}
