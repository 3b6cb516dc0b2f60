/** Settings: the whole config as a form, as JSON, and as it was before. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useWords } from '../../language/words.ts'
import { Page } from '../../ui/page.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { History } from './history.tsx'
import { RawConfig } from './raw-config.tsx'
import { SettingsForm } from './settings-form.tsx'
import { words } from './words.ts'

export function SettingsPage() {
  const t = useWords(words)
  const { tab = 'form' } = useSearch({ from: '/settings' })
  const navigate = useNavigate()
  return (
    <Page title={t('title')} lead={t('lead')} wide>
      <Tabs
        label={t('views')}
        current={tab}
        onChange={(next) => void navigate({ to: '/settings', search: { tab: next }, replace: true })}
        tabs={[
          { name: 'form', label: t('form'), content: <SettingsForm /> },
          { name: 'raw', label: t('raw'), content: <RawConfig /> },
          { name: 'history', label: t('history'), content: <History /> },
        ]}
      />
    </Page>
  )
}
