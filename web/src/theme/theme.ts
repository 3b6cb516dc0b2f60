/** Light, dark, or as the system is. `public/theme.js` applies the same rule before the first paint. */
import { keepSetting, keptSetting } from '../app/kept-setting.ts'
import { watchedValue } from '../app/watched-value.ts'

export type Theme = 'system' | 'light' | 'dark'

const system = matchMedia('(prefers-color-scheme: dark)')
const stored = keptSetting('theme')
const theme = watchedValue<Theme>(stored === 'light' || stored === 'dark' ? stored : 'system')

/** What the person chose. */
export const useTheme = theme.use

/** Chooses the theme of this browser. */
export function chooseTheme(chosen: Theme): void {
  keepSetting('theme', chosen === 'system' ? null : chosen)
  theme.set(chosen)
  apply()
}

/** Whether the page is dark now, whoever decided it. */
export function isDark(): boolean {
  return theme.get() === 'dark' || (theme.get() === 'system' && system.matches)
}

function apply(): void {
  document.documentElement.classList.toggle('dark', isDark())
  document.querySelector('meta[name="theme-color"]')?.setAttribute('content', isDark() ? '#181716' : '#faf9f7')
}

system.addEventListener('change', apply)
apply()
