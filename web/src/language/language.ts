/** The language of the console in this browser. */
import { keepSetting, keptSetting } from '../app/kept-setting.ts'
import { watchedValue } from '../app/watched-value.ts'

export type Language = 'en' | 'zh'

/** Every language, under its own name. */
export const LANGUAGES: Readonly<Record<Language, string>> = { en: 'English', zh: '中文' }

const language = watchedValue<Language>(first())
/** The chosen language; a component that uses it follows a change. */
export const useLanguage = language.use
/** The chosen language, outside of components. */
export const currentLanguage = language.get

/** Chooses the language of this browser. */
export function chooseLanguage(chosen: Language): void {
  keepSetting('language', chosen)
  language.set(chosen)
  announce()
}

function first(): Language {
  const stored = keptSetting('language')
  if (stored === 'en' || stored === 'zh') return stored
  return navigator.languages
    .find((tag) => /^(?:en|zh)\b/i.test(tag))
    ?.toLowerCase()
    .startsWith('zh')
    ? 'zh'
    : 'en'
}

function announce(): void {
  document.documentElement.lang = language.get() === 'zh' ? 'zh-CN' : 'en'
}

announce()
