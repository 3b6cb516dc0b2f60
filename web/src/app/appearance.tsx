/** Theme and language of this browser, and signing out. */
import { LogOut, Settings2 } from 'lucide-react'
import { signOut } from '../api/sign-in.ts'
import { chooseLanguage, LANGUAGES, type Language, useLanguage } from '../language/language.ts'
import { catalogue, useWords } from '../language/words.ts'
import { chooseTheme, type Theme, useTheme } from '../theme/theme.ts'
import { IconButton } from '../ui/button.tsx'
import { Menu, MenuChoice, MenuItem, MenuLabel, MenuLine } from '../ui/menu.tsx'
import { noticeFailed } from '../ui/notice.tsx'

const words = catalogue({
  menu: ['Appearance and sign-out', '外观与退出'],
  appearance: ['Appearance', '外观'],
  theme: ['Theme', '主题'],
  language: ['Language', '语言'],
  system: ['As the system', '跟随系统'],
  light: ['Light', '浅色'],
  dark: ['Dark', '深色'],
  signOut: ['Sign out', '退出登录'],
})
const THEMES: readonly Theme[] = ['system', 'light', 'dark']

export function Appearance({ signedIn = false }: { signedIn?: boolean }) {
  const t = useWords(words)
  const theme = useTheme()
  const language = useLanguage()
  return (
    <Menu trigger={<IconButton icon={Settings2} label={t(signedIn ? 'menu' : 'appearance')} small />}>
      <MenuLabel>{t('theme')}</MenuLabel>
      {THEMES.map((name) => (
        <MenuChoice key={name} chosen={theme === name} onSelect={() => chooseTheme(name)}>
          {t(name)}
        </MenuChoice>
      ))}
      <MenuLine />
      <MenuLabel>{t('language')}</MenuLabel>
      {Object.entries(LANGUAGES).map(([code, name]) => (
        <MenuChoice key={code} chosen={language === code} onSelect={() => chooseLanguage(code as Language)}>
          {name}
        </MenuChoice>
      ))}
      {signedIn && (
        <>
          <MenuLine />
          <MenuItem icon={LogOut} onSelect={() => void signOut().catch(noticeFailed)}>
            {t('signOut')}
          </MenuItem>
        </>
      )}
    </Menu>
  )
}
