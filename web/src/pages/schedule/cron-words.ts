/** A cron expression as a sentence, in both languages. A module of its own, loaded with the page. */
import { toString as sentence } from 'cronstrue'
import 'cronstrue/locales/zh_CN'
import type { Language } from '../../language/language.ts'

/** `At 09:00, Monday through Friday`; null for what is no expression. */
export function cronSentence(expr: string, language: Language): string | null {
  // Which days a name stands for, and in which zone, is said elsewhere.
  const plain = expr.trim().replace(/^(?:CRON_TZ|TZ)=\S*\s+/, '')
  try {
    return sentence(plain, {
      locale: language === 'zh' ? 'zh_CN' : 'en',
      use24HourTimeFormat: true,
      throwExceptionOnParseError: true,
      verbose: isEveryDay(plain),
    })
  } catch {
    return null
  }
}

/** A plain "At 08:00" leaves open on which days. */
function isEveryDay(expr: string): boolean {
  const fields = expr.split(/\s+/)
  const [day, month, weekday] = fields.slice(-3)
  const hour = fields.at(-4)
  return fields.length >= 5 && [day, month, weekday].every((field) => field === '*') && /^[\d,]+$/.test(hour ?? '')
}
