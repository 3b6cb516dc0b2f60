/** One setting: its control by its kind, what it is for, its default, and what is wrong with it. */
import { RotateCcw } from 'lucide-react'
import { useState } from 'react'
import { useWords } from '../../language/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { IconButton } from '../../ui/button.tsx'
import { Field, TextArea, TextInput } from '../../ui/field.tsx'
import { Switch } from '../../ui/switch.tsx'
import { keyText, needsRestart, type Setting } from './setting-tree.ts'
import { words } from './words.ts'

export interface SettingFieldProps {
  setting: Setting
  value: unknown
  /** It is not saved yet. */
  changed: boolean
  error: string | undefined
  /** Undefined means the default. `wrong` says why the value cannot be saved. */
  onChange: (value: unknown, wrong?: string) => void
}

const LONG = 80

export function SettingField(props: SettingFieldProps) {
  const { setting, value, onChange } = props
  const t = useWords(words)
  const { kind, path, about, fallback } = setting
  const name = keyText(path.at(-1) ?? '')
  const isDefault = value === undefined || JSON.stringify(value) === JSON.stringify(fallback)
  const marks = (
    <span className="flex flex-wrap items-center gap-2">
      {needsRestart(setting) && <Badge>{t('restart')}</Badge>}
      {props.changed && <Badge tone="warn">{t('changed')}</Badge>}
      {!isDefault && fallback !== undefined && kind !== 'secret' && (
        <IconButton
          icon={RotateCcw}
          label={t('toDefault', { name })}
          small
          className="-my-2"
          onClick={() => onChange(structuredClone(fallback))}
        />
      )}
    </span>
  )
  if (kind === 'flag') {
    return (
      <div className="flex items-start gap-4">
        <div className="min-w-0 flex-1">
          <p className="flex flex-wrap items-center gap-2 font-medium text-sm">
            {name}
            <Key path={path} />
            {marks}
          </p>
          <p className="mt-0.5 text-[0.8125rem] text-muted">{about}</p>
          {props.error && (
            <p role="alert" className="wrap-anywhere text-[0.8125rem] text-danger">
              {props.error}
            </p>
          )}
        </div>
        <Switch
          checked={(value ?? fallback) === true}
          onChange={(on) => onChange(on)}
          label={`${name} (${path.join('.')})`}
        />
      </div>
    )
  }
  const kept = kind === 'secret' && typeof value === 'string' && value.startsWith('****')
  const hint = [
    about,
    kept && t('secretKept'),
    kind === 'texts' && t('oneALine'),
    kind === 'json' && t('asJson'),
    kind !== 'secret' && defaultText(fallback, t),
  ]
  return (
    <Field
      label={
        <span className="flex flex-wrap items-center gap-2">
          {name}
          <Key path={path} />
          {marks}
        </span>
      }
      hint={hint.filter(Boolean).join(' ')}
      error={props.error}
    >
      <Control {...props} />
    </Field>
  )
}

function Key({ path }: Pick<Setting, 'path'>) {
  return <code className="wrap-anywhere font-mono font-normal text-muted text-xs">{path.join('.')}</code>
}

function defaultText(fallback: unknown, t: (key: 'default' | 'emptyValue', values?: { value: string }) => string) {
  if (fallback === undefined) return ''
  const text = typeof fallback === 'string' ? fallback : JSON.stringify(fallback)
  if (text === '' || text === '[]' || text === '{}') return t('default', { value: t('emptyValue') })
  return text.length > LONG ? '' : t('default', { value: text })
}

/** What is typed stays as it is typed until the field is left; the value is what it means. */
function Control({ setting: { kind, fallback }, value, onChange }: SettingFieldProps) {
  const t = useWords(words)
  const [typed, setTyped] = useState<string>()
  const shown = value ?? fallback
  const change = (text: string) => {
    setTyped(text)
    const { meant, wrong } = meaning(kind, text)
    onChange(meant, wrong && t(wrong))
  }
  const given = {
    spellCheck: false,
    autoComplete: 'off',
    value: typed ?? written(kind, shown),
    onChange: (event: { target: { value: string } }) => change(event.target.value),
    // A text that means nothing stays, with what is wrong about it.
    onBlur: () => typed !== undefined && !meaning(kind, typed).wrong && setTyped(undefined),
  }
  switch (kind) {
    case 'texts':
      return <TextArea rows={Math.min(8, Math.max(2, written(kind, shown).split('\n').length))} {...given} />
    case 'json':
      return (
        <TextArea rows={Math.min(12, Math.max(3, given.value.split('\n').length))} className="font-mono" {...given} />
      )
    case 'secret':
      return <TextInput type="password" {...given} onFocus={(event) => event.target.select()} />
    case 'integer':
    case 'number':
      return <TextInput inputMode={kind === 'integer' ? 'numeric' : 'decimal'} className="sm:max-w-60" {...given} />
    default:
      return <TextInput {...given} />
  }
}

function written(kind: Setting['kind'], value: unknown): string {
  if (value === undefined || value === null) return ''
  if (kind === 'texts') return Array.isArray(value) ? value.join('\n') : String(value)
  return kind === 'json' ? JSON.stringify(value, null, 2) : String(value)
}

function meaning(
  kind: Setting['kind'],
  text: string,
): { meant: unknown; wrong?: 'wholeNumber' | 'aNumber' | 'badJson' } {
  switch (kind) {
    case 'integer':
    case 'number': {
      if (text.trim() === '') return { meant: undefined }
      const number = Number(text)
      if (kind === 'integer' && !Number.isSafeInteger(number)) return { meant: text, wrong: 'wholeNumber' }
      return Number.isFinite(number) ? { meant: number } : { meant: text, wrong: 'aNumber' }
    }
    case 'texts':
      return {
        meant: text
          .split('\n')
          .map((line) => line.trim())
          .filter(Boolean),
      }
    case 'json':
      if (text.trim() === '') return { meant: undefined }
      try {
        return { meant: JSON.parse(text) }
      } catch {
        return { meant: text, wrong: 'badJson' }
      }
    default:
      return { meant: text }
  }
}
