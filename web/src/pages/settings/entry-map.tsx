/** Entries that people named: providers, subagents, servers. Each opens to its settings; new ones are added, old ones removed. */
import { ChevronRight, Plus, Trash2 } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { type Section, valueAt } from '../../api/config.ts'
import { useWords } from '../../language/words.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { Field, TextInput } from '../../ui/field.tsx'
import { type GroupFieldsProps, PlainFields } from './group-fields.tsx'
import { keyText, type SettingMap } from './setting-tree.ts'
import { words } from './words.ts'

export function EntryMap({ map, ...props }: Omit<GroupFieldsProps, 'group'> & { map: SettingMap }) {
  const t = useWords(words)
  const [name, setName] = useState('')
  const [added, setAdded] = useState<string>()
  const entries = Object.keys((valueAt(props.config, map.path) as Section | undefined) ?? {})
  const chosen = name.trim()
  function add(event: FormEvent) {
    event.preventDefault()
    if (!chosen || entries.includes(chosen)) return
    props.onChange({ path: [...map.path, chosen], value: {} })
    setAdded(chosen)
    setName('')
  }
  return (
    <div className="space-y-3">
      <p className="text-muted text-sm">{t('entries', { n: entries.length })}</p>
      {entries.map((entry) => {
        const group = map.entry(entry)
        return (
          <div key={entry} className="flex items-start gap-1 rounded-xl border border-line">
            <details className="group min-w-0 flex-1" open={props.open || added === entry || undefined}>
              <summary className="flex list-none items-center gap-2 rounded-xl px-3 py-2.5 font-medium text-sm hover:bg-sunken">
                <ChevronRight
                  aria-hidden
                  className="size-4 shrink-0 text-muted transition-transform group-open:rotate-90"
                />
                <span className="wrap-anywhere">{entry}</span>
              </summary>
              <div className="px-4 pt-2 pb-5">
                <PlainFields {...props} group={group} />
              </div>
            </details>
            <IconButton
              icon={Trash2}
              label={t('removeEntry', { name: entry })}
              small
              className="m-1"
              onClick={() => props.onChange({ path: [...map.path, entry], value: undefined })}
            />
          </div>
        )
      })}
      <form onSubmit={add} className="flex items-end gap-2">
        <Field label={t('newEntry', { name: keyText(map.path.at(-1) ?? '') })} className="min-w-0 max-w-80 flex-1">
          <TextInput value={name} spellCheck={false} onChange={(event) => setName(event.target.value)} />
        </Field>
        <Button type="submit" icon={Plus} disabled={!chosen || entries.includes(chosen)}>
          {t('add')}
        </Button>
      </form>
    </div>
  )
}
