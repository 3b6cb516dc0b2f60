/** The form of all settings: by section, or what a search finds; saved together. */
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { SearchX } from 'lucide-react'
import { useState } from 'react'
import { answer, api } from '../../api/client.ts'
import {
  type ConfigPath,
  ConfigRefused,
  readConfig,
  type Section,
  saveConfig,
  useConfig,
  valueAt,
} from '../../api/config.ts'
import { failureText } from '../../api/failure.ts'
import { useWords } from '../../language/words.ts'
import { classes } from '../../ui/class-names.ts'
import { Select, TextInput } from '../../ui/field.tsx'
import { noticeDone } from '../../ui/notice.tsx'
import { Skeleton } from '../../ui/spinner.tsx'
import { Empty, Failed } from '../../ui/states.tsx'
import { applied, type Edit, type Edits, placed, withEdit } from './edits.ts'
import { GroupFields } from './group-fields.tsx'
import { SaveBar } from './save-bar.tsx'
import { matching, needsRestart, type Setting, type SettingGroup, settingCount, settingTree } from './setting-tree.ts'
import { useUnsaved } from './use-unsaved.ts'
import { words } from './words.ts'

export function SettingsForm() {
  const config = useConfig()
  const schema = useQuery({
    queryKey: ['config', 'schema'],
    queryFn: async () => settingTree(await answer(api.GET('/api/config/schema'))),
    staleTime: Number.POSITIVE_INFINITY,
  })
  if (config.isPending || schema.isPending) return <Skeleton lines={8} />
  if (config.isError) return <Failed error={config.error} onRetry={() => void config.refetch()} />
  if (schema.isError) return <Failed error={schema.error} onRetry={() => void schema.refetch()} />
  return <Opened config={config.data} tree={schema.data} />
}

function Opened({ config, tree }: { config: Section; tree: SettingGroup }) {
  const t = useWords(words)
  const { q = '', section = 'agents' } = useSearch({ from: '/settings' })
  const navigate = useNavigate()
  const [edits, setEdits] = useState<Edits>(new Map())
  const [busy, setBusy] = useState(false)
  const [refused, setRefused] = useState<readonly string[]>([])
  useUnsaved(edits.size > 0)

  const shown = applied(config, edits)
  const namesOf = (path: ConfigPath) => Object.keys((valueAt(shown, path) as Section | undefined) ?? {})
  const current = tree.groups.find(({ path }) => path[0] === section) ?? tree.groups[0]!
  const found = q.trim() ? matching(tree, q, namesOf) : null
  const view = q.trim() ? found : current
  const everything = settingsOf(tree, namesOf)
  const { at: errors, rest } = placed(
    refused,
    everything.map(({ path }) => path),
  )

  const search = (next: { q?: string; section?: string }) =>
    void navigate({ to: '/settings', search: { ...(section === 'agents' ? {} : { section }), ...next }, replace: true })

  const change = (edit: Edit) => {
    setRefused([])
    setEdits((now) => withEdit(now, config, edit))
  }
  async function save() {
    if ([...edits.values()].some(({ wrong }) => wrong !== undefined)) return setRefused([t('fixFirst')])
    setBusy(true)
    setRefused([])
    try {
      await saveConfig(applied(await readConfig(), edits))
      const restart = everything.filter((setting) => needsRestart(setting) && edits.has(JSON.stringify(setting.path)))
      const keys = restart.map(({ path }) => path.join('.')).join(', ')
      setEdits(new Map())
      noticeDone(keys ? t('savedRestart', { keys }) : t('saved'))
    } catch (error) {
      setRefused(error instanceof ConfigRefused ? error.errors : [failureText(error)])
    } finally {
      setBusy(false)
    }
  }

  return (
    <div className="flex gap-8">
      <nav aria-label={t('sections')} className="hidden w-44 shrink-0 lg:block">
        <ul className="sticky top-4 space-y-0.5">
          {tree.groups.map(({ path: [key = ''] }) => (
            <li key={key}>
              <button
                type="button"
                aria-current={!q && key === current.path[0] ? 'true' : undefined}
                onClick={() => search({ section: key })}
                className={classes(
                  'flex h-9 w-full items-center rounded-lg px-3 text-left font-medium text-muted text-sm transition-colors',
                  'hover:bg-sunken hover:text-text aria-[current=true]:bg-sunken aria-[current=true]:text-text',
                )}
              >
                <SectionName name={key} />
              </button>
            </li>
          ))}
        </ul>
      </nav>
      <div className="min-w-0 flex-1 space-y-5">
        <div className="flex flex-wrap gap-3">
          <TextInput
            type="search"
            aria-label={t('search')}
            placeholder={t('search')}
            value={q}
            className="min-w-0 flex-1 basis-52"
            onChange={(event) => search(event.target.value ? { q: event.target.value } : {})}
          />
          <Select
            aria-label={t('sections')}
            value={current.path[0]}
            className="flex-1 basis-40 lg:hidden"
            onChange={(event) => search({ section: event.target.value })}
          >
            {tree.groups.map(({ path: [key = ''] }) => (
              <option key={key} value={key}>
                {key in words ? t(key as keyof typeof words) : key}
              </option>
            ))}
          </Select>
        </div>
        <p role="status" className={classes('text-muted text-sm', !q.trim() && 'sr-only')}>
          {q.trim() && t('found', { n: found ? settingCount(found, namesOf) : 0 })}
        </p>
        {view ? (
          <GroupFields
            key={q.trim() ? 'search' : current.path[0]}
            group={view}
            config={shown}
            edits={edits}
            errors={errors}
            open={q.trim() !== ''}
            onChange={change}
          />
        ) : (
          <Empty icon={SearchX} title={t('nothing', { query: q })} text={t('nothingText')} />
        )}
        {(edits.size > 0 || rest.length > 0) && (
          <SaveBar
            count={edits.size}
            busy={busy}
            refused={refused.length > 0 ? rest : undefined}
            onUndo={() => {
              setEdits(new Map())
              setRefused([])
            }}
            onSave={() => void save()}
          />
        )}
      </div>
    </div>
  )
}

function SectionName({ name }: { name: string }) {
  const t = useWords(words)
  return <span className="truncate">{name in words ? t(name as keyof typeof words) : name}</span>
}

/** Every setting there is now. */
function settingsOf(group: SettingGroup, namesOf: (path: ConfigPath) => readonly string[]): Setting[] {
  return [
    ...group.settings,
    ...group.groups.flatMap((inner) => settingsOf(inner, namesOf)),
    ...group.maps.flatMap((map) => namesOf(map.path).flatMap((name) => settingsOf(map.entry(name), namesOf))),
  ]
}
