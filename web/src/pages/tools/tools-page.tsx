/** Tools: what there is, which subagent may use what, and the MCP servers. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useWords } from '../../language/words.ts'
import { Page } from '../../ui/page.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { Allowlists } from './allowlists.tsx'
import { Servers } from './servers.tsx'
import { ToolShelves } from './tool-shelves.tsx'
import { words } from './words.ts'

export function ToolsPage() {
  const t = useWords(words)
  const { tab = 'tools' } = useSearch({ from: '/tools' })
  const navigate = useNavigate()
  return (
    <Page title={t('title')} lead={t('lead')}>
      <Tabs
        label={t('views')}
        current={tab}
        onChange={(next) => void navigate({ to: '/tools', search: { tab: next }, replace: true })}
        tabs={[
          { name: 'tools', label: t('tools'), content: <ToolShelves /> },
          { name: 'servers', label: t('servers'), content: <Servers /> },
          { name: 'allowlists', label: t('allowlists'), content: <Allowlists /> },
        ]}
      />
    </Page>
  )
}
