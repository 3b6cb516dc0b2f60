import { beforeEach, describe, expect, it } from 'vitest'
import { nodeDatabase } from '../../adapters/node/database.ts'
import { memoryFiles } from '../../test/support/memory-files.ts'
import { fileOf, openConfig, type TestHome } from './config-for-tests.ts'
import { type ConfigChange, type ConfigService, defaults } from './index.ts'

let home: TestHome
beforeEach(() => {
  home = { db: nodeDatabase(':memory:'), files: memoryFiles() }
})

const write = (document: unknown) => home.files.write('config.json', JSON.stringify(document))
const provider = { api_base: 'https://a.example', models: ['m'], timeout_sec: 5 }

describe('the start', () => {
  it('makes a new home with a random token, on loopback, once', async () => {
    const first = await openConfig(home)
    const { gateway, agents, logging } = first.current
    expect(gateway.token).toMatch(/^cg_[0-9a-f]{32}$/)
    expect(gateway.host).toBe('127.0.0.1')
    expect(agents.defaults.workspace).toBe('/home/u/.clawgo/workspace')
    expect(logging.dir).toBe('/home/u/.clawgo/logs')
    expect(await fileOf(home)).toEqual({ gateway: { host: '127.0.0.1', token: gateway.token } })
    expect((await openConfig(home)).current).toEqual(first.current)
  })

  it('takes the first config and the token it is given', async () => {
    const service = await openConfig(home, { initial: { agents: { defaults: { max_tokens: 5 } } }, token: 'mine' })
    expect(service.current.gateway.token).toBe('mine')
    expect(service.current.agents.defaults.max_tokens).toBe(5)
  })

  it('gives a file without a token one, once, and touches nothing else', async () => {
    await write({ x: { b: 1, a: null }, gateway: { port: 5 } })
    const { token, host } = (await openConfig(home)).current.gateway
    expect(host).toBe('0.0.0.0')
    expect(await fileOf(home)).toEqual({ x: { b: 1, a: null }, gateway: { port: 5, token } })
    expect((await openConfig(home)).current.gateway.token).toBe(token)
  })

  it('leaves a complete file alone, byte by byte, and an empty token empty', async () => {
    const text = '\ufeff{ "gateway": {"token": ""},\n\n "models": null }'
    await home.files.write('config.json', text)
    expect((await openConfig(home)).current.gateway.token).toBe('')
    expect(new TextDecoder('utf-8', { ignoreBOM: true }).decode(await home.files.read('config.json'))).toBe(text)
  })

  it('reads keys in any case, null as not given, and a list of null as empty', async () => {
    await write({
      GATEWAY: { Port: 7, token: 't', host: null },
      agents: { defaults: { execution: { tool_parallel_safe_names: null } } },
    })
    const { gateway, agents } = (await openConfig(home)).current
    expect(gateway).toMatchObject({ port: 7, token: 't', host: '0.0.0.0' })
    expect(agents.defaults.execution.tool_parallel_safe_names).toEqual([])
  })

  it('keeps and reports unknown keys', async () => {
    await write({ gateway: { token: 't', colour: 'red' }, agents: { subagents: { a: { system_prompt: 'p' } } } })
    const warnings: string[] = []
    const service = await openConfig(home, {}, warnings)
    expect(service.unknownKeys.sort()).toEqual(['agents.subagents.a.system_prompt', 'gateway.colour'])
    expect(warnings.join()).toContain('gateway.colour')
    expect(service.get('gateway.colour')).toBe('red')
  })

  it('starts on a config that breaks rules, and says which', async () => {
    await write({ gateway: { port: 0, token: 't' } })
    const warnings: string[] = []
    expect((await openConfig(home, {}, warnings)).current.gateway.port).toBe(0)
    expect(warnings).toContain('config: gateway.port must be in 1..65535')
  })

  it.each([
    ['', 'config.json: the file is empty (EOF)'],
    ['{"gateway": {"token": "abc",}}', 'config.json: not valid JSON at line 1, column'],
    ['{"gateway": {"token": "abc"', 'config.json: not valid JSON'],
    ['{} x', 'config.json: not valid JSON'],
    ['[]', 'config.json: json: cannot unmarshal array into the config'],
    ['{"gateway":{"port":"1"}}', 'config.json: json: cannot unmarshal string into field gateway.port of type int'],
    ['{"gateway":{"port":1.5}}', 'into field gateway.port of type int'],
    ['{"gateway":5}', 'config.json: json: cannot unmarshal number into field gateway of type object'],
    [
      '{"channels":{"weixin":{"accounts":[{"bot_id":1}]}}}',
      'into field channels.weixin.accounts[0].bot_id of type string',
    ],
    [`${'{"a":'.repeat(100)}1${'}'.repeat(100)}`, 'nested deeper than'],
  ])('refuses %s with a message that names file and place, and quotes nothing', async (text, message) => {
    await home.files.write('config.json', text)
    const error: Error = await openConfig(home).then(
      () => expect.fail('opened'),
      (thrown) => thrown,
    )
    expect(error.message).toContain(message)
    expect(error.message).not.toContain('abc')
  })
})

describe('saves', () => {
  it('replaces the config over the defaults but keeps a token that is left out', async () => {
    await write({ gateway: { token: 't', port: 5 }, cron: { max_workers: 9 } })
    const service = await openConfig(home)
    await service.saveRaw({ gateway: { host: '::1' } }, 'webui')
    expect(service.current).toEqual({
      ...defaults('/home/u/.clawgo'),
      gateway: { ...defaults('').gateway, host: '::1', token: 't' },
    })
    await service.saveRaw(null, 'webui')
    expect(service.current.gateway.token).toBe('t')
    await service.saveRaw({ gateway: { token: '' } }, 'webui')
    expect(service.current.gateway.token).toBe('')
  })

  it('replaces an entry of a map as a whole and lets the default provider go when nothing refers to it', async () => {
    const service = await openConfig(home)
    await service.saveRaw({ models: { providers: { a: provider } } }, 'webui')
    expect(Object.keys(service.current.models.providers)).toEqual(['a', 'openai'])
    await service.saveRaw(
      { models: { providers: { a: provider } }, agents: { defaults: { model: { primary: 'a/m' } } } },
      'webui',
    )
    expect(Object.keys(service.current.models.providers)).toEqual(['a'])
    await expect(service.saveRaw({ models: { providers: { openai: { api_key: 'k' } } } }, 'webui')).rejects.toThrow(
      'models.providers.openai.api_base is required',
    )
    await expect(service.saveRaw({ models: { providers: {} } }, 'webui')).rejects.toThrow('at least one provider')
  })

  it('finds a provider under any of its names, on both sides', async () => {
    const service = await openConfig(home)
    for (const [key, ref, settled] of [
      ['anthropic', 'claude/x', 'anthropic/x'],
      ['anthropic', 'anthropic/x', 'anthropic/x'],
      ['claude', 'Anthropic/x', 'claude/x'],
      ['claude_code', 'claude-api-key/x', 'claude_code/x'],
    ]) {
      const body = { models: { providers: { [key!]: provider } }, agents: { defaults: { model: { primary: ref } } } }
      await service.saveRaw(body, 'webui')
      expect(service.current.agents.defaults.model.primary).toBe(settled)
    }
  })

  it('tells listeners what changed, and nobody when nothing did', async () => {
    const service = await openConfig(home)
    const changes: ConfigChange[] = []
    const saved: string[] = []
    service.subscribe((change) => void changes.push(change))
    service.onSaved((source) => saved.push(source))
    const body = { gateway: { port: 5 }, tools: { shell: { enabled: false } } }
    await service.saveRaw(body, 'webui')
    await service.saveRaw(body, 'webui')
    expect(changes).toHaveLength(1)
    expect(changes[0]).toMatchObject({ source: 'webui', config: service.current })
    expect(changes[0]!.paths.sort()).toEqual(['gateway.port', 'tools.shell.enabled'])
    expect(changes[0]!.previous.gateway.host).toBe('127.0.0.1')
    expect(saved).toEqual(['webui', 'webui'])
  })

  it('rolls file, config and earlier listeners back when one refuses', async () => {
    const service = await openConfig(home)
    const before = await fileOf(home)
    const config = service.current
    const ports: number[] = []
    service.subscribe(({ config: { gateway } }) => void ports.push(gateway.port))
    const stop = service.subscribe(async () => {
      throw new Error('no such model')
    })
    await expect(service.saveRaw({ gateway: { port: 5 } }, 'webui')).rejects.toMatchObject({
      status: 400,
      message: 'apply config: no such model',
    })
    expect(ports).toEqual([5, 18790])
    expect(await fileOf(home)).toEqual(before)
    expect(service.current).toEqual(config)
    expect(service.history()).toHaveLength(1)
    stop()
    await service.saveRaw({ gateway: { port: 5 } }, 'webui')
    expect(service.current.gateway.port).toBe(5)
  })

  it('writes nothing when the config breaks rules', async () => {
    const service = await openConfig(home)
    const before = await fileOf(home)
    await expect(service.saveRaw({ gateway: { port: 70000 } }, 'webui')).rejects.toThrow('gateway.port must be in')
    await expect(service.saveRaw({ gateway: { port: 'x' } }, 'webui')).rejects.toThrow(
      'decode config: json: cannot unmarshal string into field gateway.port of type int',
    )
    await expect(service.saveRaw([], 'webui')).rejects.toThrow('decode config: json: cannot unmarshal array')
    expect(await fileOf(home)).toEqual(before)
  })

  it('loses no update when many come at once', async () => {
    const service = await openConfig(home)
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        service.update((document) => {
          const seen = (document.seen ?? []) as number[]
          document.seen = [...seen, i]
        }, 'test'),
      ),
    )
    expect((await fileOf(home)).seen).toEqual(Array.from({ length: 20 }, (_, i) => i))
  })

  it('keeps a token that an update or a key removes', async () => {
    const service = await openConfig(home, { token: 't' })
    await service.update((document) => void delete document.gateway, 'test')
    await service.set('gateway.token', 'null')
    expect(service.current.gateway.token).toBe('null')
    await service.set('gateway', {})
    expect(service.current.gateway.token).toBe('null')
  })
})

describe('the file edited by hand', () => {
  it('is taken over by a reload, and only then', async () => {
    const service = await openConfig(home)
    const changes: ConfigChange[] = []
    service.subscribe((change) => void changes.push(change))
    await service.reload('watcher')
    await write({ gateway: { token: 'new', port: 6 } })
    expect(service.current.gateway.port).toBe(18790)
    await service.reload('watcher')
    expect(service.current.gateway).toMatchObject({ token: 'new', port: 6 })
    expect(changes.map(({ source }) => source)).toEqual(['watcher'])
  })

  it('is refused when broken, and stays as its owner left it', async () => {
    await write({ gateway: { token: 't' }, memory: { recent_days: 0 } })
    const service = await openConfig(home)
    for (const [text, message] of [
      ['{', 'load config: not valid JSON'],
      ['{"gateway":{"port":true}}', 'load config: json: cannot unmarshal bool into field gateway.port'],
      ['{"gateway":{"port":0}}', 'load config: invalid config: gateway.port must be in 1..65535'],
    ]) {
      await home.files.write('config.json', text!)
      await expect(service.reload('watcher')).rejects.toThrow(message)
      expect(service.current.gateway.port).toBe(18790)
      expect(new TextDecoder().decode(await home.files.read('config.json'))).toBe(text)
    }
    // What was wrong before is no reason to refuse a new edit.
    await write({ gateway: { port: 8 }, memory: { recent_days: 0 } })
    await service.reload('watcher')
    expect(service.current.gateway).toMatchObject({ port: 8, token: 't' })
    expect(await fileOf(home)).toMatchObject({ gateway: { port: 8, token: 't' } })
  })

  it('is the base of the next update, not what was read at the start', async () => {
    const service = await openConfig(home)
    await write({ gateway: { token: 't', port: 6 } })
    await service.set('cron.max_workers', '2')
    expect(await fileOf(home)).toEqual({ gateway: { token: 't', port: 6 }, cron: { max_workers: 2 } })
    expect(service.current.gateway.port).toBe(6)
  })
})

describe('the environment', () => {
  it('overrides in memory and never reaches the file', async () => {
    await write({ gateway: { token: 'own', port: 5 } })
    const env = {
      CLAWGO_GATEWAY_PORT: '9000',
      CLAWGO_GATEWAY_TOKEN: 'from-env',
      CLAWGO_AGENTS_DEFAULTS_MODEL_PRIMARY: 'openai/other',
      CLAWGO_TOOLS_SHELL_TIMEOUT: '1m30s',
      CLAWGO_CHANNELS_TELEGRAM_ALLOW_FROM: '1, 2',
      CLAWGO_TOOLS_SHELL_ENABLED: 'F',
      CLAWGO_LOGGING_DIR: '',
    }
    const service = await openConfig(home, { env })
    expect(service.overridden).toContain('gateway.port')
    expect(service.current.gateway).toMatchObject({ port: 9000, token: 'from-env' })
    expect(service.current.tools.shell).toMatchObject({ timeout: 90_000_000_000, enabled: false })
    expect(service.current.channels.telegram.allow_from).toEqual(['1', '2'])
    expect(service.current.logging.dir).toBe('/home/u/.clawgo/logs')
    expect(service.plain()).toMatchObject({ gateway: { port: 5 } })

    // Both ways a client hands the running config back.
    await service.saveNormalized(service.normalized(), 'webui')
    await service.saveRaw(service.raw(), 'webui')
    const file = await fileOf(home)
    expect(file.gateway).toMatchObject({ port: 5, token: 'own' })
    expect(file.channels).not.toHaveProperty('telegram.allow_from')
    expect(JSON.stringify(file)).not.toMatch(/9000|from-env|openai\/other|90000000000/)

    await service.saveRaw({ gateway: { port: 6, token: 'next' } }, 'webui')
    expect((await fileOf(home)).gateway).toEqual({ port: 6, token: 'next', host: '0.0.0.0' })
    expect(service.current.gateway).toMatchObject({ port: 9000, token: 'from-env' })
  })

  it('keeps a local gateway local when a raw POST says nothing of the host', async () => {
    const service = await openConfig(home)
    await service.saveRaw({ gateway: { port: 7 } }, 'webui')
    expect(service.current.gateway).toMatchObject({ port: 7, host: '127.0.0.1' })
    await service.saveRaw({ gateway: { host: '0.0.0.0' } }, 'webui')
    expect(service.current.gateway.host).toBe('0.0.0.0')
  })

  it('names the variable it cannot read', async () => {
    await expect(openConfig(home, { env: { CLAWGO_GATEWAY_PORT: 'abc' } })).rejects.toThrow(
      'CLAWGO_GATEWAY_PORT must be a whole number',
    )
    await expect(openConfig(home, { env: { CLAWGO_TOOLS_SHELL_TIMEOUT: '30' } })).rejects.toThrow('a duration')
  })

  it('grants the real shell to the owner of the process', async () => {
    const service = await openConfig(home, {
      initial: { tools: { shell: { enabled: false, sandbox: { enabled: true } } } },
      env: { CLAWGO_ROOT_GRANTED: '1' },
    })
    expect(service.current.tools.shell).toMatchObject({ enabled: true, sandbox: { enabled: false } })
  })
})

describe('history', () => {
  it('lists what was saved, and puts an earlier config back with its secrets', async () => {
    const service = await openConfig(home, { token: 'first' })
    await service.saveRaw({ gateway: { token: 'second', port: 5 } }, 'webui')
    const [newest, oldest] = service.history()
    expect(newest).toMatchObject({ source: 'webui', at: 1_700_000_000_000 })
    expect(newest!.changed.sort()).toEqual(['gateway.port', 'gateway.token'])
    await service.rollback(oldest!.id)
    expect(service.current.gateway).toMatchObject({ token: 'first', port: 18790 })
    expect(await fileOf(home)).toEqual({ gateway: { host: '127.0.0.1', token: 'first' } })
    await expect(service.rollback(99)).rejects.toMatchObject({ status: 404 })
  })

  it('keeps the last 20', async () => {
    const service = await openConfig(home)
    for (let port = 1; port <= 25; port++) await service.set('gateway.port', port)
    expect(service.history()).toHaveLength(20)
    await expect(service.rollback(1)).rejects.toMatchObject({ status: 404 })
  })
})

describe('get and set', () => {
  let service: ConfigService
  beforeEach(async () => {
    service = await openConfig(home)
  })

  it.each([
    ['gateway.port', '5', 5],
    ['.tools.shell.enable.', 'FALSE', false],
    ['agents.defaults.temperature', '0.5', 0.5],
    ['channels.telegram.allow_from', '["1"]', ['1']],
    ['channels.feishu.app_id', '123', '123'],
    ['logging.filename', '"a b.log"', 'a b.log'],
    ['plugins.x.level', '3', 3],
    ['plugins.x', '{"a":true}', { a: true }],
    ['plugins.y', 'hello', 'hello'],
  ])('sets %s to %s', async (path, text, value) => {
    await service.set(path, text)
    expect(service.get(path)).toEqual(value)
  })

  it.each([
    ['', '1', 'path is empty'],
    [' . ', '1', 'path is empty'],
    ['a..b', '1', 'invalid path: a..b'],
    ['__proto__.x', '1', 'invalid path'],
    ['gateway.port.x', '1', 'path segment is not object: port'],
    ['gateway.port', 'abc', 'cannot unmarshal string into field gateway.port of type int'],
    ['gateway.port', '0', 'gateway.port must be in 1..65535'],
  ])('refuses to set %j to %s', async (path, text, message) => {
    await service.set('gateway.port', 1)
    await expect(service.set(path, text)).rejects.toThrow(message)
    expect(service.current.gateway.port).toBe(1)
  })

  it('shows secrets as masks unless asked', async () => {
    await service.set('gateway.token', 'secret')
    expect(service.get('gateway.token')).toMatch(/^\*{4}[0-9a-f]{12}$/)
    expect(service.get('gateway.token', { reveal: true })).toBe('secret')
    expect(service.get('gateway.nothing')).toBeUndefined()
  })
})
