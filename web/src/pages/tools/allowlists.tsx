/** Which tools each subagent may use, as the config says. */
import { Link } from '@tanstack/react-router'
import { Bot } from 'lucide-react'
import { useState } from 'react'
import { changeConfig, type Section, setAt, textsAt, useConfig, valueAt } from '../../api/config.ts'
import { useWords } from '../../language/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Field, TextArea } from '../../ui/field.tsx'
import { noticeDone, noticeFailed } from '../../ui/notice.tsx'
import { Card } from '../../ui/page.tsx'
import { Skeleton } from '../../ui/spinner.tsx'
import { Empty, Failed } from '../../ui/states.tsx'
import { type Group, useGroups } from './tool-data.ts'
import { words } from './words.ts'

const ALL = '*'

export function Allowlists() {
  const t = useWords(words)
  const config = useConfig()
  const groups = useGroups()
  if (config.isPending || groups.isPending) return <Skeleton lines={6} />
  if (config.isError) return <Failed error={config.error} onRetry={() => void config.refetch()} />
  if (groups.isError) return <Failed error={groups.error} onRetry={() => void groups.refetch()} />
  const agents = Object.keys((valueAt(config.data, ['agents', 'subagents']) as Section | undefined) ?? {})
  if (agents.length === 0) {
    return (
      <Empty
        icon={Bot}
        title={t('noAgents')}
        text={t('noAgentsText')}
        action={
          <Link
            to="/settings"
            search={{ q: 'subagents' }}
            className="font-medium text-accent text-sm underline underline-offset-4"
          >
            {t('toSettings')}
          </Link>
        }
      />
    )
  }
  return (
    <div className="space-y-4">
      {agents.map((agent) => (
        <AgentCard key={agent} agent={agent} config={config.data} groups={groups.data} />
      ))}
    </div>
  )
}

function AgentCard({ agent, config, groups }: { agent: string; config: Section; groups: readonly Group[] }) {
  const t = useWords(words)
  const at = ['agents', 'subagents', agent]
  const saved = {
    allow: textsAt(config, [...at, 'tools', 'allowlist']),
    deny: textsAt(config, [...at, 'tools', 'denylist']),
  }
  const [edited, setEdited] = useState<typeof saved>()
  const [busy, setBusy] = useState(false)
  const { allow, deny } = edited ?? saved
  const isGroup = (name: string) => name === ALL || groups.some((group) => answersTo(group, name))
  const change = (next: Partial<typeof saved>) => setEdited({ allow, deny, ...next })
  const name = String(valueAt(config, [...at, 'display_name']) || agent)
  const toggle = (group: string, on: boolean) => {
    const known = groups.find((each) => each.name === group)
    const without = allow.filter((each) => (known ? !answersTo(known, each) : each !== group))
    change({ allow: on ? [...without, group] : without })
  }

  async function save() {
    setBusy(true)
    try {
      await changeConfig((all) => {
        setAt(all, [...at, 'tools', 'allowlist'], allow)
        setAt(all, [...at, 'tools', 'denylist'], deny)
      })
      setEdited(undefined)
      noticeDone(t('saved', { name }))
    } catch (error) {
      noticeFailed(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Card
      title={
        <span className="flex flex-wrap items-center gap-2">
          {name}
          {valueAt(config, [...at, 'enabled']) !== true && <Badge>{t('agentOff')}</Badge>}
          {edited && <Badge tone="warn">{t('unsaved')}</Badge>}
        </span>
      }
      text={String(valueAt(config, [...at, 'description']) ?? '')}
    >
      <fieldset>
        <legend className="mb-2 font-medium text-sm">{t('mayUse', { name })}</legend>
        <div className="grid gap-x-4 sm:grid-cols-2">
          <GroupChoice text={t('allTools')} on={allow.includes(ALL)} onChange={(on) => toggle(ALL, on)} />
          {groups.map((group) => (
            <GroupChoice
              key={group.name}
              text={group.name}
              hint={group.tools.join(', ')}
              on={allow.some((each) => answersTo(group, each))}
              onChange={(on) => toggle(group.name, on)}
            />
          ))}
        </div>
      </fieldset>
      <div className="mt-4 grid gap-4 sm:grid-cols-2">
        <NameList
          label={t('names')}
          hint={t('namesHint')}
          names={allow.filter((each) => !isGroup(each))}
          onChange={(names) => change({ allow: [...allow.filter(isGroup), ...names] })}
        />
        <NameList
          label={t('denied')}
          hint={t('deniedHint')}
          names={deny}
          onChange={(names) => change({ deny: names })}
        />
      </div>
      <div className="mt-4 flex justify-end gap-2">
        <Button small disabled={!edited} onClick={() => setEdited(undefined)}>
          {t('undo')}
        </Button>
        <Button small kind="primary" busy={busy} disabled={!edited} onClick={() => void save()}>
          {t('save')}
        </Button>
      </div>
    </Card>
  )
}

/** Allowlists name groups as they are, by an alias, or with `group:` before it. */
function answersTo(group: Group, entry: string): boolean {
  const name = entry
    .trim()
    .toLowerCase()
    .replace(/^(?:group:|@)/, '')
  return group.name === name || (group.aliases ?? []).includes(name)
}

function GroupChoice(props: { text: string; hint?: string; on: boolean; onChange: (on: boolean) => void }) {
  const { text, hint, on, onChange } = props
  return (
    <label className="flex cursor-pointer items-start gap-3 rounded-lg px-2 py-1.5 text-sm hover:bg-sunken">
      <input
        type="checkbox"
        checked={on}
        onChange={(event) => onChange(event.target.checked)}
        className="mt-1 size-4 accent-(--accent)"
      />
      <span className="min-w-0">
        {text}
        {hint && <span className="wrap-anywhere block font-mono text-muted text-xs">{hint}</span>}
      </span>
    </label>
  )
}

interface NameListProps {
  label: string
  hint: string
  names: readonly string[]
  onChange: (names: string[]) => void
}

/** What is typed stays as it is typed; the names are what it means. */
function NameList({ label, hint, names, onChange }: NameListProps) {
  const [typed, setTyped] = useState<string>()
  return (
    <Field label={label} hint={hint}>
      <TextArea
        rows={3}
        spellCheck={false}
        className="font-mono"
        value={typed ?? names.join('\n')}
        onChange={(event) => {
          setTyped(event.target.value)
          const lines = event.target.value.split('\n').map((line) => line.trim())
          onChange(lines.filter(Boolean))
        }}
        onBlur={() => setTyped(undefined)}
      />
    </Field>
  )
}
