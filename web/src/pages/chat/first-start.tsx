/** The first start: leads to a connected model, and from there to the first message. */
import { Link } from '@tanstack/react-router'
import { type FormEvent, useId, useState } from 'react'
import { failureText } from '../../api/failure.ts'
import { catalogue, useWords } from '../../language/words.ts'
import { Button } from '../../ui/button.tsx'
import { Field, Select, TextInput } from '../../ui/field.tsx'
import { connectModel, modelConnected, modelsOf, PRESETS } from './connect-model.ts'

const words = catalogue({
  title: ['Welcome. Let’s connect a model.', '欢迎。先来连接一个模型。'],
  lead: [
    'The gateway runs. It needs a language model to think with: one of a provider you have a key for, or one on your own machine.',
    '网关已在运行。它还需要一个语言模型：可以使用您持有密钥的服务商，也可以使用本机模型。',
  ],
  provider: ['Provider', '服务商'],
  other: ['Another OpenAI-compatible server', '其他兼容 OpenAI 的服务'],
  name: ['Name', '名称'],
  nameHint: ['Letters, digits, - and _.', '字母、数字、- 和 _。'],
  nameWrong: ['Use letters, digits, - and _ only.', '只能使用字母、数字、- 和 _。'],
  base: ['Address', '地址'],
  baseHint: [
    'The base URL of its API, as in https://llm.example.org/v1',
    '其 API 的基础地址，例如 https://llm.example.org/v1',
  ],
  baseWrong: ['An address begins with https:// or http://.', '地址应以 https:// 或 http:// 开头。'],
  key: ['API key', 'API 密钥'],
  keyHint: ['Stays on your gateway; it is never shown again.', '仅保存在您的网关上，不会再次显示。'],
  keyMissing: ['This provider needs a key.', '该服务商需要密钥。'],
  optional: ['Leave it empty if the server needs none.', '若服务不需要密钥可留空。'],
  model: ['Model', '模型'],
  modelMissing: ['Name a model.', '请填写模型名称。'],
  connect: ['Connect', '连接'],
  refused: ['The settings are saved, but the provider does not answer to them', '设置已保存，但服务商没有正常响应'],
  anyway: ['Use it anyway', '仍然使用'],
  moreWays: ['More ways: accounts, files, several providers', '更多方式：账户、文件、多个服务商'],
  meanwhile: [
    'Or write a message below: without a model the gateway still answers its commands, such as /help.',
    '也可以直接在下方输入：未连接模型时，网关仍会响应 /help 等命令。',
  ],
})

const OTHER = 'other'

/** `onDone` is called when a model is connected; until then the form stays, whatever the gateway already uses. */
export function FirstStart({ onBegin, onDone }: { onBegin: () => void; onDone: () => void }) {
  const t = useWords(words)
  const suggestions = useId()
  const [chosen, setChosen] = useState(PRESETS[0]!.name)
  const [name, setName] = useState('')
  const [base, setBase] = useState('')
  const [key, setKey] = useState('')
  const [model, setModel] = useState(PRESETS[0]!.model)
  const [offered, setOffered] = useState<readonly string[]>([])
  const [tried, setTried] = useState(false)
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<{ saved: boolean; text: string }>()
  const preset = PRESETS.find((one) => one.name === chosen)

  const wrong = {
    name: !preset && !/^[\w-]+$/.test(name.trim()) ? t('nameWrong') : undefined,
    base: !preset && !/^https?:\/\/\S+$/.test(base.trim()) ? t('baseWrong') : undefined,
    key: preset?.needsKey && !key.trim() ? t('keyMissing') : undefined,
    model: model.trim() ? undefined : t('modelMissing'),
  }
  const shown: Partial<typeof wrong> = tried ? wrong : {}

  const choose = (next: string) => {
    setChosen(next)
    setModel(PRESETS.find((one) => one.name === next)?.model ?? '')
    setOffered([])
    setFailure(undefined)
  }
  const done = async () => {
    await modelConnected()
    onDone()
  }
  const connect = async (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    if (Object.values(wrong).some(Boolean)) return
    const provider = preset?.name ?? name.trim()
    onBegin()
    setBusy(true)
    setFailure(undefined)
    let saved = false
    try {
      await connectModel({ provider, apiBase: preset?.apiBase ?? base.trim(), apiKey: key.trim(), model: model.trim() })
      saved = true
      setOffered(await modelsOf(provider, model.trim()))
      await done()
    } catch (error) {
      setFailure({ saved, text: failureText(error) })
    } finally {
      setBusy(false)
    }
  }
  return (
    <div className="mx-auto flex w-full max-w-lg flex-1 flex-col justify-center py-6">
      <h2 className="font-semibold text-2xl tracking-tight">{t('title')}</h2>
      <p className="mt-2 text-muted text-sm leading-relaxed">{t('lead')}</p>
      <form onSubmit={connect} noValidate className="mt-6 space-y-4 rounded-2xl border border-line bg-surface p-5">
        <Field label={t('provider')}>
          <Select value={chosen} onChange={(event) => choose(event.target.value)}>
            {PRESETS.map((one) => (
              <option key={one.name} value={one.name}>
                {one.label}
              </option>
            ))}
            <option value={OTHER}>{t('other')}</option>
          </Select>
        </Field>
        {!preset && (
          <>
            <Field label={t('name')} hint={t('nameHint')} error={shown.name}>
              <TextInput value={name} onChange={(event) => setName(event.target.value)} />
            </Field>
            <Field label={t('base')} hint={t('baseHint')} error={shown.base}>
              <TextInput type="url" value={base} onChange={(event) => setBase(event.target.value)} />
            </Field>
          </>
        )}
        {preset?.needsKey !== false && (
          <Field label={t('key')} hint={preset ? t('keyHint') : t('optional')} error={shown.key}>
            <TextInput
              type="password"
              autoComplete="off"
              value={key}
              onChange={(event) => setKey(event.target.value)}
            />
          </Field>
        )}
        <Field label={t('model')} error={shown.model}>
          <TextInput
            value={model}
            list={suggestions}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => setModel(event.target.value)}
          />
        </Field>
        <datalist id={suggestions}>
          {offered.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
        {failure && (
          <p role="alert" className="wrap-anywhere rounded-lg bg-danger-soft px-3 py-2 text-danger text-sm">
            {failure.saved && `${t('refused')}: `}
            {failure.text}
          </p>
        )}
        <div className="flex justify-end gap-2">
          {failure?.saved && <Button onClick={() => void done()}>{t('anyway')}</Button>}
          <Button kind="primary" type="submit" busy={busy}>
            {t('connect')}
          </Button>
        </div>
      </form>
      <p className="mt-4 text-muted text-sm leading-relaxed">
        {t('meanwhile')}{' '}
        <Link to="/models" className="font-medium text-accent underline underline-offset-4">
          {t('moreWays')}
        </Link>
      </p>
    </div>
  )
}
