/** Data that looks real for the pages of models, channels, tools and settings: providers, bots, people, servers, revisions. */
import { startGuardedModel } from '../test/support/guarded-model.ts'
import { type IlinkServer, startIlinkServer } from '../test/support/ilink-server.ts'
import { startMcpServer } from '../test/support/mcp-server-http.ts'
import { startOAuthServer } from '../test/support/oauth-server.ts'
import { type Target, targets } from '../test/support/targets.ts'
import { startTelegramServer } from '../test/support/telegram-server.ts'

export interface Connections {
  readonly target: Target
  readonly ilink: IlinkServer
  close(): Promise<void>
}

const KEY = 'sk-or-v1-0123456789abcdef'

/** A gateway with everything connected, at little servers of its own. */
export async function openConnections(): Promise<Connections> {
  const issuer = await startOAuthServer()
  const model = await startGuardedModel({
    who: (token) => (token === KEY ? 'key' : issuer.accountOf(token)),
  })
  const ilink = await startIlinkServer({ holdMs: 2000 })
  const telegram = await startTelegramServer()
  const mcp = await startMcpServer()
  const entry = { api_base: model.baseUrl, timeout_sec: 90, type: 'openai-compatible' }
  const oauth = {
    provider: 'gemini',
    client_id: issuer.clientId,
    auth_url: issuer.authorizeUrl,
    token_url: issuer.tokenUrl,
  }
  const target = await targets.node({
    config: {
      agents: {
        defaults: {
          model: {
            primary: 'openrouter/anthropic/claude-sonnet-5-5',
            fallbacks: ['gemini/gemini-flash-latest', 'openrouter/openai/gpt-5.4', 'groq/openai/gpt-oss-120b'],
          },
        },
        subagents: {
          main: { enabled: true, system_prompt_file: 'AGENTS.md' },
          researcher: {
            enabled: true,
            display_name: 'Researcher',
            description: 'Reads the web and writes short reports.',
            system_prompt_file: 'AGENTS.md',
            tools: { allowlist: ['web', 'files_read', 'memory_read', 'message'], denylist: ['exec'] },
          },
        },
      },
      models: {
        providers: {
          openrouter: {
            ...{ ...entry, api_key: KEY },
            models: ['anthropic/claude-sonnet-5-5', 'openai/gpt-5.4', 'qwen/qwen3-max'],
          },
          gemini: { ...entry, models: ['gemini-flash-latest'], auth: 'oauth', oauth },
          groq: { ...entry, api_key: 'gsk_0123456789abcdef', models: ['openai/gpt-oss-120b'] },
        },
      },
      channels: {
        weixin: {
          enabled: true,
          base_url: ilink.url,
          accounts: [ilink.bot('clawbot_7f3a@im.bot', { owner: 'anna@im.wechat' })],
        },
        telegram: { enabled: true, token: telegram.token, api_root: telegram.url, allow_from: ['7'] },
      },
      tools: {
        mcp: {
          enabled: true,
          servers: {
            calendar: {
              enabled: true,
              transport: 'http',
              url: `${mcp.url}/mcp`,
              description: 'Reads and writes the calendar.',
            },
            github: {
              enabled: true,
              command: 'github-mcp-server',
              args: ['stdio'],
              env: { GITHUB_TOKEN: 'ghp_example_token' },
            },
            weather: { enabled: false, transport: 'http', url: 'https://weather.example/mcp' },
          },
        },
      },
    },
  })
  const post = (path: string, body: unknown) => target.fetch(path, { method: 'POST', body: JSON.stringify(body) })
  for (const account of ['anna@example.com', 'work@example.com']) {
    const begun = (await (await post('/api/provider/oauth/start', { provider: 'gemini' })).json()) as Record<
      string,
      string
    >
    const callback_url = await issuer.allow(begun.auth_url!, account)
    await post('/api/provider/oauth/complete', { provider: 'gemini', flow_id: begun.flow_id, callback_url })
  }
  for (const model of ['', 'gemini/gemini-flash-latest', 'groq/openai/gpt-oss-120b']) {
    await post('/api/sessions', { session: `try-${model}`, ...(model ? { model } : {}) })
    await post('/api/chat', { session: `try-${model}`, message: 'Good morning' })
  }
  telegram.say('Good morning!')
  telegram.say('Hi, it is Ben. May I ask the agent something?', {
    chat: 81,
    from: { id: 81, first_name: 'Ben', username: 'ben' },
  })
  telegram.say('Bonjour, ici Chloé', { chat: 82, from: { id: 82, first_name: 'Chloé' } })
  await waitFor(async () => ((await codesOf(target)).length < 2 ? null : true))
  await post('/api/channels/approve', { code: (await codesOf(target))[0], role: 'guest' })
  await post('/api/channels/people', { channel: 'weixin', sender: 'anna@im.wechat', action: 'owner' })
  telegram.chats.blocked.add('83')
  for (const [to, message] of [
    ['83', 'The dentist called: your appointment moves to Tuesday, 9:30.'],
    ['7', 'The weekly report is ready.'],
  ]) {
    await post('/api/channels/test', { channel: 'telegram', to, message })
  }
  await target.fetch('/api/tools')
  const config = (await (await target.fetch('/api/config')).json()) as { logging: object; tools: { shell: object } }
  Object.assign(config.logging, { retention_days: 14 })
  await post('/api/config', config)
  Object.assign(config.tools.shell, { mode: 'simulated' })
  await post('/api/config', config)
  return {
    target,
    ilink,
    async close() {
      await target.close()
      await Promise.all([issuer.close(), model.close(), ilink.close(), telegram.close(), mcp.close()])
    },
  }
}

async function codesOf(target: Target): Promise<string[]> {
  const { channels } = (await (await target.fetch('/api/channels')).json()) as {
    channels: Array<{ codes: Array<{ code: string }> }>
  }
  return channels.flatMap(({ codes }) => codes.map(({ code }) => code))
}

async function waitFor<T>(look: () => Promise<T | null>): Promise<T> {
  for (let tries = 0; tries < 50; tries++) {
    const found = await look()
    if (found !== null) return found
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('what the pictures show did not come')
}
