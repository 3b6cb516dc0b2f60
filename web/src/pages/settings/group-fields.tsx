/** A group of settings: its own, those of its parts, and named entries that come and go. */
import type { ReactNode } from 'react'
import { type Section, valueAt } from '../../api/config.ts'
import { Card } from '../../ui/page.tsx'
import { type Edit, type Edits, idOf } from './edits.ts'
import { EntryMap } from './entry-map.tsx'
import { SettingField } from './setting-field.tsx'
import { keyText, type SettingGroup } from './setting-tree.ts'

export interface GroupFieldsProps {
  group: SettingGroup
  /** With the changes in it. */
  config: Section
  edits: Edits
  /** The gateway's refusals, by setting. */
  errors: ReadonlyMap<string, string>
  /** Entries stand open: a search found something in them. */
  open: boolean
  onChange: (edit: Edit) => void
}

/** Each part with settings of its own is a card; deeper ones are named by the way to them. */
export function GroupFields(props: GroupFieldsProps) {
  const { group } = props
  return (
    <div className="space-y-5">
      {group.settings.length > 0 && (
        <Card title={titleOf(group)} text={group.about}>
          <Settings {...props} />
        </Card>
      )}
      {group.groups.map((inner) => (
        <GroupFields key={idOf(inner.path)} {...props} group={inner} />
      ))}
      {group.maps.map((map) => (
        <Card key={idOf(map.path)} title={titleOf(map)} text={map.about}>
          <EntryMap {...props} map={map} />
        </Card>
      ))}
    </div>
  )
}

/** Inside an entry there are no further cards: its parts are headings. */
export function PlainFields(props: GroupFieldsProps): ReactNode {
  const { group } = props
  return (
    <div className="space-y-6">
      {group.settings.length > 0 && <Settings {...props} />}
      {group.groups.map((inner) => (
        <section key={idOf(inner.path)} aria-label={keyText(inner.path.at(-1) ?? '')} className="space-y-4">
          <h3 className="font-semibold text-sm">{keyText(inner.path.at(-1) ?? '')}</h3>
          <PlainFields {...props} group={inner} />
        </section>
      ))}
    </div>
  )
}

function Settings({ group, config, edits, errors, onChange }: GroupFieldsProps) {
  return (
    <div className="space-y-5">
      {group.settings.map((setting) => {
        const id = idOf(setting.path)
        const edit = edits.get(id)
        return (
          <SettingField
            key={id}
            setting={setting}
            value={valueAt(config, setting.path)}
            changed={edit !== undefined}
            error={edit?.wrong ?? errors.get(id)}
            onChange={(value, wrong) => onChange({ path: setting.path, value, ...(wrong ? { wrong } : {}) })}
          />
        )
      })}
    </div>
  )
}

const titleOf = ({ path }: Pick<SettingGroup, 'path'>) =>
  (path.length > 1 ? path.slice(1) : path).map(keyText).join(' › ')
