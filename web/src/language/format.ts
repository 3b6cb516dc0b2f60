/** Times, numbers and sizes in the chosen language. */
import { useMemo } from 'react'
import { type Language, useLanguage } from './language.ts'

export interface Format {
  /** `5 minutes ago`, `in 2 hours`; `at` in ms since the epoch. */
  relative(at: number, now?: number): string
  /** Day and time, as short as it is clear: today only the time. */
  moment(at: number, now?: number): string
  /** The whole date and time, for a tooltip. */
  full(at: number): string
  number(value: number): string
  /** `12.3K` for figures that are read at a glance. */
  compact(value: number): string
  bytes(value: number): string
  /** An amount; `currency` as the config names it, which need not be a real one. */
  money(value: number, currency: string): string
  /** `850 ms`, `12.4 s`, `3 min`. */
  duration(ms: number): string
}

const UNITS: ReadonlyArray<[Intl.RelativeTimeFormatUnit, number]> = [
  ['year', 31_536_000_000],
  ['month', 2_592_000_000],
  ['week', 604_800_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
]

/** The formats of a language. */
export function formatIn(language: Language): Format {
  const locale = language === 'zh' ? 'zh-CN' : 'en'
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' })
  const number = new Intl.NumberFormat(locale)
  const compact = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 })
  const one = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 })
  const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
  const time = new Intl.DateTimeFormat(locale, clock)
  const day = new Intl.DateTimeFormat(locale, { month: 'short', day: 'numeric', ...clock })
  const year = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' })
  const full = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'medium' })
  return {
    relative(at, now = Date.now()) {
      const unit = UNITS.find(([, size]) => Math.abs(at - now) >= size)
      return unit ? relative.format(Math.round((at - now) / unit[1]), unit[0]) : relative.format(0, 'second')
    },
    moment(at, now = Date.now()) {
      const [then, today] = [new Date(at), new Date(now)]
      if (then.toDateString() === today.toDateString()) return time.format(then)
      return (then.getFullYear() === today.getFullYear() ? day : year).format(then)
    },
    full: (at) => full.format(at),
    number: (value) => number.format(value),
    compact: (value) => compact.format(value),
    bytes(value) {
      const size = value < 1024 ? 0 : Math.min(3, Math.floor(Math.log2(value) / 10))
      return `${one.format(value / 1024 ** size)} ${['B', 'KB', 'MB', 'GB'][size]}`
    },
    money(value, currency) {
      // A single call costs fractions of a cent.
      const digits = value !== 0 && Math.abs(value) < 1 ? 4 : 2
      try {
        const style = { style: 'currency', currency, minimumFractionDigits: 2, maximumFractionDigits: digits } as const
        return new Intl.NumberFormat(locale, style).format(value)
      } catch {
        return `${new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value)} ${currency}`.trim()
      }
    },
    duration(ms) {
      if (ms < 1000) return `${Math.round(ms)} ms`
      if (ms < 60_000) return `${one.format(ms / 1000)} s`
      return ms < 3_600_000 ? `${one.format(ms / 60_000)} min` : `${one.format(ms / 3_600_000)} h`
    },
  }
}

/** The formats of the chosen language, in a component. */
export function useFormat(): Format {
  const language = useLanguage()
  return useMemo(() => formatIn(language), [language])
}
