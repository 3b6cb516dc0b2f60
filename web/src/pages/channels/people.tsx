/** People: letting strangers in by their code, and what those who were let in may do. */
import { Trash2, UserCheck, Users } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { answer, api } from '../../api/client.ts'
import { failureText } from '../../api/failure.ts'
import { useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { confirm } from '../../ui/confirm.tsx'
import { Field, Select, TextInput } from '../../ui/field.tsx'
import { noticeDone, noticeFailed } from '../../ui/notice.tsx'
import { Card } from '../../ui/page.tsx'
import { Skeleton } from '../../ui/spinner.tsx'
import { Empty, Failed } from '../../ui/states.tsx'
import { type Channel, channelsChanged, type Person, useChannels } from './channel-data.ts'
import { words } from './words.ts'

type Role = Person['role']

export function People() {
  const t = useWords(words)
  const channels = useChannels()
  if (channels.isPending) return <Skeleton lines={5} />
  if (channels.isError) return <Failed error={channels.error} onRetry={() => void channels.refetch()} />
  const codes = channels.data.flatMap(({ name, codes: all }) => all.map((code) => ({ ...code, channel: name })))
  const people = channels.data.flatMap((channel) => channel.people)
  return (
    <div className="space-y-4">
      <Card title={t('codes')} text={t('codesText')}>
        {codes.length === 0 ? (
          <p className="text-muted text-sm">{t('noCodes')}</p>
        ) : (
          <ul className="divide-y divide-line">
            {codes.map((code) => (
              <CodeRow key={code.code} {...code} />
            ))}
          </ul>
        )}
        <CodeForm />
      </Card>
      <Card title={t('letIn')} text={t('letInText')}>
        {people.length === 0 ? (
          <Empty icon={Users} title={t('nobody')} text={t('nobodyText')} className="py-8" />
        ) : (
          <ul className="divide-y divide-line">
            {people.map((person) => (
              <PersonRow key={`${person.channel} ${person.sender}`} person={person} />
            ))}
          </ul>
        )}
      </Card>
    </div>
  )
}

/** Lets the person of a code in; null lets the gateway choose the role. Throws. */
function useApprove(): (code: string, role: Role | null) => Promise<void> {
  const t = useWords(words)
  return async (code, role) => {
    const { person } = await answer(api.POST('/api/channels/approve', { body: { code, role } }))
    noticeDone(t('approved', { name: person.name ?? person.sender, role: t(person.role) }))
    await channelsChanged()
  }
}

function CodeRow({ code, channel, sender, name, expires_at }: Channel['codes'][number] & { channel: string }) {
  const t = useWords(words)
  const format = useFormat()
  const approve = useApprove()
  const [busy, setBusy] = useState(false)
  const who = name ?? sender
  const letIn = (role: Role) => () => {
    setBusy(true)
    void approve(code, role)
      .catch(noticeFailed)
      .finally(() => setBusy(false))
  }
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 py-2.5">
      <div className="min-w-0 flex-1 basis-48 text-sm">
        <p className="flex flex-wrap items-center gap-2">
          <span className="wrap-anywhere font-medium">{who}</span>
          <Badge>{channel}</Badge>
        </p>
        <p className="wrap-anywhere mt-0.5 text-muted text-xs">
          <span className="font-mono">{code}</span> · {sender} · {t('codeUntil', { time: format.moment(expires_at) })}
        </p>
      </div>
      <div className="flex gap-2">
        {(['guest', 'owner'] as const).map((role) => (
          <Button
            key={role}
            small
            disabled={busy}
            aria-label={t('approveAs', { name: who, role: t(role) })}
            onClick={letIn(role)}
          >
            {t(role)}
          </Button>
        ))}
      </div>
    </li>
  )
}

function CodeForm() {
  const t = useWords(words)
  const approve = useApprove()
  const [code, setCode] = useState('')
  const [role, setRole] = useState<Role | ''>('')
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string>()
  async function submit(event: FormEvent) {
    event.preventDefault()
    if (!code.trim()) return setFailure(t('codeMissing'))
    setBusy(true)
    setFailure(undefined)
    try {
      await approve(code.trim(), role || null)
      setCode('')
    } catch (error) {
      setFailure(failureText(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <form
      onSubmit={(event) => void submit(event)}
      noValidate
      className="mt-4 grid gap-3 border-line border-t pt-4 sm:grid-cols-[1fr_1fr_auto]"
    >
      <Field label={t('enterCode')} hint={t('enterCodeHint')} error={failure}>
        <TextInput
          value={code}
          autoComplete="off"
          spellCheck={false}
          className="font-mono uppercase"
          onChange={(event) => setCode(event.target.value)}
        />
      </Field>
      <Field label={t('role')}>
        <Select value={role} onChange={(event) => setRole(event.target.value as Role | '')}>
          <option value="">{t('roleAuto')}</option>
          <option value="guest">{t('guest')}</option>
          <option value="owner">{t('owner')}</option>
        </Select>
      </Field>
      <Button type="submit" icon={UserCheck} busy={busy} className="sm:mt-[1.625rem]">
        {t('approve')}
      </Button>
    </form>
  )
}

function PersonRow({ person }: { person: Person }) {
  const t = useWords(words)
  const format = useFormat()
  const { channel, sender, role, approved_at } = person
  const name = person.name ?? sender
  const change = async (action: Role | 'remove') => {
    await answer(api.POST('/api/channels/people', { body: { channel, sender, action } })).catch(noticeFailed)
    await channelsChanged()
  }
  async function remove() {
    const sure = await confirm({
      title: t('removePersonTitle', { name }),
      text: t('removePersonText'),
      action: t('remove'),
    })
    if (sure) await change('remove')
  }
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 py-2.5">
      <div className="min-w-0 flex-1 basis-48 text-sm">
        <p className="flex flex-wrap items-center gap-2">
          <span className="wrap-anywhere font-medium">{name}</span>
          <Badge>{channel}</Badge>
        </p>
        <p className="wrap-anywhere mt-0.5 text-muted text-xs">
          {person.name && `${sender} · `}
          {t('since', { time: format.moment(approved_at) })}
        </p>
      </div>
      <Select
        aria-label={t('roleOf', { name })}
        value={role}
        className="w-32"
        onChange={(event) => void change(event.target.value as Role)}
      >
        <option value="guest">{t('guest')}</option>
        <option value="owner">{t('owner')}</option>
      </Select>
      <IconButton icon={Trash2} label={t('removePerson', { name })} small onClick={() => void remove()} />
    </li>
  )
}
