/** MCP servers: how each is, adding, changing, installing and removing one. */
import { Download, Ellipsis, Pencil, Plug, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { answer, api } from '../../api/client.ts'
import { changeConfig, type Section, setAt, useConfig, valueAt } from '../../api/config.ts'
import { queries } from '../../api/queries.ts'
import { useWords } from '../../language/words.ts'
import { Badge, type Tone } from '../../ui/badge.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { confirm } from '../../ui/confirm.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { noticeDone, noticeFailed } from '../../ui/notice.tsx'
import { Card } from '../../ui/page.tsx'
import { Skeleton } from '../../ui/spinner.tsx'
import { Empty, Failed } from '../../ui/states.tsx'
import { Switch } from '../../ui/switch.tsx'
import { ServerDialog } from './server-dialog.tsx'
import { type ServerCheck, useTools } from './tool-data.ts'
import { words } from './words.ts'

const MCP = ['tools', 'mcp']
const SERVERS = [...MCP, 'servers']

/** Changes the config of the servers, and shows what came of it. */
async function change(edit: (config: Section) => void): Promise<boolean> {
  try {
    await changeConfig(edit)
    return true
  } catch (error) {
    noticeFailed(error)
    return false
  }
}

export function Servers() {
  const t = useWords(words)
  const tools = useTools()
  const config = useConfig()
  /** The name of the server that is edited; empty for a new one. */
  const [editing, setEditing] = useState<string | null>(null)
  if (tools.isPending || config.isPending) return <Skeleton lines={5} />
  if (tools.isError) return <Failed error={tools.error} onRetry={() => void tools.refetch()} />
  if (config.isError) return <Failed error={config.error} onRetry={() => void config.refetch()} />
  const on = valueAt(config.data, [...MCP, 'enabled']) === true
  const checks = tools.data.mcp_server_checks
  const add = (
    <Button kind="primary" icon={Plus} onClick={() => setEditing('')}>
      {t('addServer')}
    </Button>
  )
  return (
    <div className="space-y-4">
      <div className="flex items-center justify-between gap-4 rounded-2xl border border-line bg-surface px-5 py-4">
        <div>
          <p className="font-medium text-sm">{t('mcpOn')}</p>
          <p className="text-muted text-sm">{t('mcpOnText')}</p>
        </div>
        <Switch
          checked={on}
          label={t('mcpOn')}
          onChange={(next) => void change((all) => setAt(all, [...MCP, 'enabled'], next))}
        />
      </div>
      {checks.length === 0 ? (
        <Empty icon={Plug} title={t('noServers')} text={t('noServersText')} action={add} />
      ) : (
        <>
          <ul className="space-y-4">
            {checks.map((check) => (
              <li key={check.name}>
                <ServerCard check={check} config={config.data} onEdit={() => setEditing(check.name)} />
              </li>
            ))}
          </ul>
          {add}
        </>
      )}
      <ServerDialog name={editing} config={config.data} onClose={() => setEditing(null)} />
    </div>
  )
}

const TONES: Readonly<Record<NonNullable<ServerCheck['state']>, Tone>> = {
  idle: 'neutral',
  connecting: 'neutral',
  ready: 'ok',
  failed: 'danger',
  unsupported: 'warn',
}

function ServerCard({ check, config, onEdit }: { check: ServerCheck; config: Section; onEdit: () => void }) {
  const t = useWords(words)
  const { name, state, enabled, error, tools } = check
  const address = valueAt(config, [...SERVERS, name, 'url'])
  const args = valueAt(config, [...SERVERS, name, 'args'])
  const where = check.transport === 'stdio' ? [check.command, ...(Array.isArray(args) ? args : [])].join(' ') : address
  const description = valueAt(config, [...SERVERS, name, 'description'])
  const trouble =
    error || (check.status === 'missing_command' || check.status === 'unsupported_platform' ? check.message : '')
  async function remove() {
    const sure = await confirm({ title: t('removeTitle', { name }), text: t('removeText'), action: t('remove') })
    if (sure && (await change((all) => setAt(all, [...SERVERS, name], undefined)))) noticeDone(t('removed', { name }))
  }
  return (
    <Card>
      <div className="flex items-start gap-3">
        <div className="min-w-0 flex-1">
          <h2 className="flex flex-wrap items-center gap-2 font-semibold text-[0.9375rem]">
            <span className="wrap-anywhere">{name}</span>
            {state ? <Badge tone={TONES[state]}>{t(state)}</Badge> : <Badge>{t('off')}</Badge>}
            {tools ? <Badge>{t('count', { n: tools })}</Badge> : null}
          </h2>
          {description ? <p className="wrap-anywhere mt-1 text-sm">{String(description)}</p> : null}
          <p className="wrap-anywhere mt-1 font-mono text-[0.8125rem] text-muted">{String(where ?? '')}</p>
        </div>
        <Switch
          checked={enabled}
          label={t('onOff', { name })}
          className="mt-0.5"
          onChange={(next) => void change((all) => setAt(all, [...SERVERS, name, 'enabled'], next))}
        />
        <Menu trigger={<IconButton icon={Ellipsis} label={t('more', { name })} small />}>
          <MenuItem icon={Pencil} onSelect={onEdit}>
            {t('edit')}
          </MenuItem>
          <MenuItem icon={Trash2} danger onSelect={() => void remove()}>
            {t('remove')}
          </MenuItem>
        </Menu>
      </div>
      {trouble && <p className="wrap-anywhere mt-3 rounded-lg bg-warn-soft px-3 py-2 text-sm text-warn">{trouble}</p>}
      {check.installable && check.package && <Install check={check} />}
    </Card>
  )
}

function Install({ check }: { check: ServerCheck }) {
  const t = useWords(words)
  const [busy, setBusy] = useState(false)
  async function install() {
    setBusy(true)
    try {
      const body = { package: check.package, installer: check.installer }
      const done = await answer(api.POST('/api/mcp/install', { body }))
      noticeDone(t('installed', { package: done.package }))
    } catch (error) {
      noticeFailed(error)
    } finally {
      setBusy(false)
      await queries.invalidateQueries({ queryKey: ['tools'] })
    }
  }
  return (
    <div className="mt-3 flex flex-wrap items-center gap-3">
      <Button small icon={Download} busy={busy} onClick={() => void install()}>
        {t('install', { package: check.package })}
      </Button>
      <span role="status" className="text-muted text-sm">
        {busy && t('installing')}
      </span>
    </div>
  )
}
