/** Keys of sessions, and what a session without a title is called. */
import { keepSetting, keptSetting } from '../../app/kept-setting.ts'
import type { Words } from '../../language/words.ts'
import type { words } from './words.ts'

/** The session that clients use when they name none. */
export const MAIN = 'main'

/** A key for a new conversation: unique, and readable in a list of keys. */
export function newSessionKey(): string {
  const random = crypto.getRandomValues(new Uint32Array(1))[0]!.toString(36)
  return `console:${Date.now().toString(36)}${random}`
}

/** What a person calls a session. */
export function sessionName(t: Words<typeof words>, key: string, title: string | undefined): string {
  if (title) return title
  if (key === MAIN) return t('main')
  return key.startsWith('console:') ? t('untitled') : key
}

/** The session this browser showed last. */
export function lastSession(): string {
  return keptSetting('session') ?? MAIN
}

/** Remembers the session for the next start. */
export function keepSession(key: string): void {
  keepSetting('session', key)
}
