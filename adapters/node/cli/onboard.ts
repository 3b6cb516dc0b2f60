/** `clawgo onboard`: connect a model and make the workspace, by questions or by flags. */
import { Command, Option } from 'commander'
import { withConfig } from './config-access.ts'
import { examples } from './examples.ts'
import { CliError } from './failure.ts'
import { commandFor, type Home, resolveHome, shownHome } from './home.ts'
import { say } from './output.ts'
import { type Connection, isProviderName, knownProvider } from './providers.ts'

interface OnboardOptions {
  config?: string
  provider?: string
  apiKey?: string
  apiBase?: string
  model?: string
}

/** Builds the `onboard` command. */
export function onboardCommand(): Command {
  return new Command('onboard')
    .description('Connect a model: writes its provider, key and name into the config and makes the workspace.')
    .option(
      '-p, --provider <name>',
      'openai, anthropic, gemini, openrouter, ollama, or a name of your own with --api-base',
    )
    .addOption(
      new Option('-k, --api-key <key>', 'API key; the variable keeps it out of the shell history').env(
        'CLAWGO_API_KEY',
      ),
    )
    .option('-b, --api-base <url>', 'base URL of an OpenAI-compatible server')
    .option('-m, --model <name>', "the model's name at its provider")
    .addHelpText(
      'after',
      examples([
        ['clawgo onboard', 'asks what it needs to know'],
        ['CLAWGO_API_KEY=... clawgo onboard -p openai -m gpt-5.4', 'without questions'],
        ['clawgo onboard -p ollama -m llama3.2', 'a model on this machine, no key'],
        ['clawgo onboard -p mine -b https://llm.example.org/v1 -m big', 'any OpenAI-compatible server'],
      ]),
    )
    .action(async (_options, command: Command) => {
      const options = command.optsWithGlobals<OnboardOptions>()
      const home = resolveHome(options.config, process.env)
      const interactive = process.stdin.isTTY === true && process.stdout.isTTY === true
      const connection = interactive
        ? await (await import('./onboard-questions.ts')).askConnection(options)
        : fromFlags(options)
      await connect(home, connection)
      say(`Connected ${connection.provider}/${connection.model}. Home: ${shownHome(home.dir)}`)
      say(`Try it: ${commandFor(home)} agent -m "Hello"`)
    })
}

/** Without a terminal nobody can be asked. */
function fromFlags(options: OnboardOptions): Connection {
  const { provider, model } = options
  if (!provider || !model) {
    throw new CliError('Without a terminal to ask in, --provider and --model are needed.', {
      next: 'For example: CLAWGO_API_KEY=... clawgo onboard --provider openai --model gpt-5.4',
      exitCode: 2,
    })
  }
  if (!isProviderName(provider)) {
    throw new CliError(`Not a provider name: ${provider}`, { next: 'Letters, digits, - and _ only.', exitCode: 2 })
  }
  const known = knownProvider(provider)
  const apiBase = options.apiBase ?? known?.apiBase
  if (!apiBase) {
    throw new CliError(`--api-base is needed: the base URL of ${provider} is not known.`, {
      next: 'For example: --api-base https://llm.example.org/v1',
      exitCode: 2,
    })
  }
  if (known?.needsKey && !options.apiKey) {
    throw new CliError(`${provider} needs an API key.`, { next: `Set CLAWGO_API_KEY, or give --api-key.`, exitCode: 2 })
  }
  return { provider: known?.name ?? provider, apiBase, model, apiKey: options.apiKey ?? '' }
}

/** Writes the connection over what the config has, keeping all else, and fills an empty workspace. */
async function connect(home: Home, { provider, apiBase, apiKey, model }: Connection): Promise<void> {
  const [{ setAt, valueAt }, { openNodeFiles }, { workspacePath }, { seedWorkspace }] = await Promise.all([
    import('../../../src/config/index.ts'),
    import('../files.ts'),
    import('../platform.ts'),
    import('../../../src/workspace/index.ts'),
  ])
  const workspace = await withConfig(
    home,
    async (config) => {
      await config.edit((document) => {
        const entry = ['models', 'providers', provider]
        setAt(document, [...entry, 'api_base'], apiBase)
        if (apiKey) setAt(document, [...entry, 'api_key'], apiKey)
        setAt(document, [...entry, 'auth'], apiKey ? '' : 'none')
        const models = valueAt(document, [...entry, 'models'])
        const others = Array.isArray(models) ? models.filter((name) => name !== model) : []
        setAt(document, [...entry, 'models'], [model, ...others])
        if (!valueAt(document, [...entry, 'timeout_sec'])) setAt(document, [...entry, 'timeout_sec'], 90)
        setAt(document, ['agents', 'defaults', 'model', 'primary'], `${provider}/${model}`)
      })
      return valueAt(await config.view(), ['agents', 'defaults', 'workspace'])
    },
    { create: true },
  )
  const path = workspacePath(home.dir, typeof workspace === 'string' ? workspace : '')
  const written = await seedWorkspace(openNodeFiles(path))
  if (written.length) say(`New workspace: ${written.join(', ')}`)
}
