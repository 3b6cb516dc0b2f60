/** Adds or changes an MCP server. */
import { type FormEvent, useEffect, useId, useState } from 'react'
import { changeConfig, type Section, sectionAt, valueAt } from '../../api/config.ts'
import { failureText } from '../../api/failure.ts'
import { useWords } from '../../language/words.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field, Select, TextArea, TextInput } from '../../ui/field.tsx'
import { noticeDone } from '../../ui/notice.tsx'
import { linesOf, type Sign, valuesOf } from './name-value-lines.ts'
import { words } from './words.ts'

export interface ServerDialogProps {
  /** The server; empty for a new one, null while closed. */
  name: string | null
  config: Section
  onClose: () => void
}

const SERVERS = ['tools', 'mcp', 'servers']
const TRANSPORTS = ['http', 'stdio', 'sse'] as const
type Transport = (typeof TRANSPORTS)[number]

interface Draft {
  name: string
  transport: Transport
  url: string
  headers: string
  command: string
  args: string
  env: string
  description: string
}

function draftOf(name: string, entry: unknown): Draft {
  const text = (key: string) => String(valueAt(entry, [key]) ?? '')
  const word = text('transport').trim().toLowerCase()
  const args = valueAt(entry, ['args'])
  return {
    name,
    transport: !name || word.includes('http') ? 'http' : word === 'sse' ? 'sse' : 'stdio',
    url: text('url'),
    headers: linesOf(valueAt(entry, ['headers']), ':'),
    command: text('command'),
    args: Array.isArray(args) ? args.join('\n') : '',
    env: linesOf(valueAt(entry, ['env']), '='),
    description: text('description'),
  }
}

export function ServerDialog({ name, config, onClose }: ServerDialogProps) {
  const t = useWords(words)
  const formId = useId()
  const [draft, setDraft] = useState<Draft>(() => draftOf('', undefined))
  const [tried, setTried] = useState(false)
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string>()
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is saved when it opens is what it begins with
  useEffect(() => {
    if (name === null) return
    setDraft(draftOf(name, valueAt(config, [...SERVERS, name])))
    setTried(false)
    setFailure(undefined)
  }, [name])
  const isNew = name === ''
  const set = (key: keyof Draft) => (event: { target: { value: string } }) =>
    setDraft((now) => ({ ...now, [key]: event.target.value }))
  const pairs = (lines: string, sign: Sign) => {
    const values = valuesOf(lines, sign)
    return typeof values === 'number'
      ? { values: {}, wrong: t('pairWrong', { n: values, sign }) }
      : { values, wrong: undefined }
  }
  const chosen = draft.name.trim()
  const program = draft.transport === 'stdio'
  const headers = pairs(draft.headers, ':')
  const env = pairs(draft.env, '=')
  const taken = isNew && valueAt(config, [...SERVERS, chosen]) !== undefined
  const wrong = {
    name: !/^[\w-]+$/.test(chosen) ? t('nameWrong') : taken ? t('nameTaken') : undefined,
    url: program || /^https?:\/\/\S+$/.test(draft.url.trim()) ? undefined : t('urlWrong'),
    command: program && !draft.command.trim() ? t('commandMissing') : undefined,
    headers: program ? undefined : headers.wrong,
    env: program ? env.wrong : undefined,
  }
  const shown: Partial<typeof wrong> = tried ? wrong : {}

  async function save(event: FormEvent) {
    event.preventDefault()
    setTried(true)
    if (Object.values(wrong).some(Boolean)) return
    setBusy(true)
    setFailure(undefined)
    const { transport, description } = draft
    try {
      await changeConfig((all) => {
        const entry = sectionAt(all, [...SERVERS, chosen])
        if (isNew) {
          entry.enabled = true
          sectionAt(all, ['tools', 'mcp']).enabled = true
        }
        Object.assign(entry, { transport, description: description.trim() })
        if (program) {
          const args = draft.args.split('\n').filter((line) => line.trim() !== '')
          Object.assign(entry, { command: draft.command.trim(), args, env: env.values })
        } else Object.assign(entry, { url: draft.url.trim(), headers: headers.values })
      })
      noticeDone(t('serverSaved', { name: chosen }))
      onClose()
    } catch (error) {
      setFailure(failureText(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Dialog
      open={name !== null}
      onClose={onClose}
      title={isNew ? t('addServer') : t('editServer', { name: name ?? '' })}
      className="max-w-xl"
      actions={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button kind="primary" type="submit" form={formId} busy={busy}>
            {t('save')}
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={(event) => void save(event)} noValidate className="space-y-4">
        <Field label={t('name')} hint={t('nameHint')} error={shown.name}>
          <TextInput value={draft.name} disabled={!isNew} spellCheck={false} onChange={set('name')} />
        </Field>
        <Field label={t('transport')}>
          <Select
            value={draft.transport}
            onChange={(event) => setDraft((now) => ({ ...now, transport: event.target.value as Transport }))}
          >
            {TRANSPORTS.map((each) => (
              <option key={each} value={each}>
                {t(each)}
              </option>
            ))}
          </Select>
        </Field>
        {program ? (
          <>
            <Field label={t('command')} hint={t('commandHint')} error={shown.command}>
              <TextInput value={draft.command} spellCheck={false} className="font-mono" onChange={set('command')} />
            </Field>
            <Field label={t('args')} hint={t('argsHint')}>
              <TextArea rows={3} value={draft.args} spellCheck={false} className="font-mono" onChange={set('args')} />
            </Field>
            <Field label={t('env')} hint={t('envHint')} error={shown.env}>
              <TextArea rows={2} value={draft.env} spellCheck={false} className="font-mono" onChange={set('env')} />
            </Field>
          </>
        ) : (
          <>
            <Field label={t('url')} hint={t('urlHint')} error={shown.url}>
              <TextInput type="url" value={draft.url} onChange={set('url')} />
            </Field>
            <Field label={t('headers')} hint={t('headersHint')} error={shown.headers}>
              <TextArea
                rows={2}
                value={draft.headers}
                spellCheck={false}
                className="font-mono"
                onChange={set('headers')}
              />
            </Field>
          </>
        )}
        <Field label={t('description')} hint={t('descriptionHint')}>
          <TextInput value={draft.description} onChange={set('description')} />
        </Field>
        {failure && (
          <p
            role="alert"
            className="wrap-anywhere whitespace-pre-line rounded-lg bg-danger-soft px-3 py-2 text-danger text-sm"
          >
            {failure}
          </p>
        )}
      </form>
    </Dialog>
  )
}
