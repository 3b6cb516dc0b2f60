/** The questions of `clawgo onboard` at a terminal. */
import { cancel, intro, isCancel, password, select, text } from '@clack/prompts'
import { CliError } from './failure.ts'
import { type Connection, isProviderName, knownProvider, knownProviders } from './providers.ts'

/** What is known already is not asked. */
export interface Given {
  provider?: string
  apiBase?: string
  apiKey?: string
  model?: string
}

const OTHER = ''

/** Asks for a connection; Ctrl-C ends with nothing changed. */
export async function askConnection(given: Given): Promise<Connection> {
  intro('Connect a model')
  const provider = given.provider ?? (await askProvider())
  const known = knownProvider(provider)
  const apiBase =
    given.apiBase ??
    known?.apiBase ??
    (await answer(
      text({ message: 'Base URL of the server', placeholder: 'https://llm.example.org/v1', validate: asUrl }),
    ))
  const apiKey = given.apiKey ?? (known && !known.needsKey ? '' : await askKey(known?.needsKey === true))
  const model =
    given.model ??
    (await answer(
      text({ message: 'Model', placeholder: known?.example ?? '', validate: asText('the name of a model') }),
    ))
  return { provider, apiBase: apiBase.trim(), apiKey: apiKey.trim(), model: model.trim() }
}

async function askProvider(): Promise<string> {
  const options = knownProviders.map(({ name, label }) => ({ value: name, label }))
  const chosen = await answer(
    select({ message: 'Provider', options: [...options, { value: OTHER, label: 'Another OpenAI-compatible server' }] }),
  )
  if (chosen !== OTHER) return chosen
  const asName = (value: string | undefined) =>
    isProviderName(value ?? '') ? undefined : 'Letters, digits, - and _ only.'
  return (await answer(text({ message: 'A short name for it', placeholder: 'mine', validate: asName }))).trim()
}

async function askKey(needed: boolean): Promise<string> {
  const validate = needed ? asText('the API key') : undefined
  const message = needed ? 'API key' : 'API key (empty if it needs none)'
  return (await answer(password({ message, ...(validate && { validate }) }))) ?? ''
}

const asText = (what: string) => (value: string | undefined) => (value?.trim() ? undefined : `Please enter ${what}.`)

function asUrl(value: string | undefined): string | undefined {
  return /^https?:\/\/\S+$/.test(value?.trim() ?? '') ? undefined : 'An address that begins with http:// or https://'
}

async function answer<T>(question: Promise<T>): Promise<Exclude<T, symbol>> {
  const given = await question
  if (isCancel(given)) {
    cancel('Nothing was changed.')
    throw new CliError('Cancelled.', { exitCode: 130 })
  }
  return given as Exclude<T, symbol>
}
