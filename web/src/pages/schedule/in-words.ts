/** When a job runs, for people. */
import { useFormat } from '../../language/format.ts'
import { useLanguage } from '../../language/language.ts'
import { useWords } from '../../language/words.ts'
import { cronSentence } from './cron-words.ts'
import type { Job } from './jobs.ts'
import { intervalOf } from './timing.ts'
import { words } from './words.ts'

/** Says schedules in the chosen language, in a component. */
export function useScheduleWords(): (schedule: Job['schedule']) => string {
  const t = useWords(words)
  const language = useLanguage()
  const format = useFormat()
  return ({ kind, expr = '', atMs = 0 }) => {
    if (kind === 'at') return t('onceAt', { when: format.moment(atMs) })
    const interval = intervalOf(expr)
    if (!interval) return cronSentence(expr, language) ?? expr
    const n = Number(interval.every)
    return t(({ minutes: 'everyMinutes', hours: 'everyHours', days: 'everyDays' } as const)[interval.unit], { n })
  }
}
