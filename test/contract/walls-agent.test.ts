/** What a tenant's agent reaches with its tools, and a tenant with its config: nothing of the host, nor of another. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HostTarget, hosts } from '../support/hosted-target.ts'
import { jsonOf } from '../support/json.ts'
import { type ModelServer, startModelServer } from '../support/model-server.ts'
import { configFor } from '../support/scripted-model.ts'
import type { TargetName } from '../support/targets.ts'
import { foreignIn } from '../support/wall-markers.ts'
import { seedTenant, type WallTenant } from '../support/wall-tenants.ts'

/** Tools that start what outlives the turn; what they start is another turn with the same tools. */
const STARTING = ['spawn', 'subagent', 'delegate']

describe.each(Object.keys(hosts) as TargetName[])('the walls around an agent (%s)', (name) => {
  let host: HostTarget
  let model: ModelServer
  let victim: WallTenant
  let attacker: WallTenant
  beforeAll(async () => {
    model = await startModelServer()
    host = await hosts[name]()
    victim = await seedTenant(host, 'victim')
    // The model of the test is on this machine.
    attacker = await seedTenant(host, 'attacker', { features: { private_network: true } })
    const config = await jsonOf(attacker.fetch('/api/config?mode=raw'))
    const saved = await attacker.post('/api/config?mode=raw', { ...(config.config ?? config), ...configFor(model) })
    expect([saved.status, await saved.text()]).toEqual([200, expect.any(String)])
  }, 120_000)
  afterAll(async () => {
    await host?.close()
    await model?.close()
  })

  it('hold for every tool there is, with every path and id of another', { timeout: 240_000 }, async () => {
    const { tools } = await jsonOf(attacker.fetch('/api/tools'))
    const names: string[] = tools.map((tool: { name: string }) => tool.name)
    expect(names.length).toBeGreaterThan(10)
    await attacker.post('/api/chat', { session: 'tools', message: 'Hello' })
    const offered = (model.requests.at(-1)!.body.tools ?? []) as Array<{
      function: { name: string; parameters: { properties?: Record<string, { type?: string; enum?: unknown[] }> } }
    }>
    expect(offered.length).toBeGreaterThan(5)
    const paths = victim.bait.path!
    let called = 0
    for (const tool of offered.filter((one) => !STARTING.includes(one.function.name))) {
      const { name, parameters } = tool.function
      const properties = Object.entries(parameters.properties ?? {})
      const inputs = paths.map((path, n) =>
        Object.fromEntries(
          properties.map(([key, schema]) => {
            const known = victim.bait[key]
            if (schema.enum) return [key, schema.enum[n % schema.enum.length]]
            if (['integer', 'number'].includes(schema.type ?? '')) return [key, 1]
            if (schema.type === 'boolean') return [key, true]
            if (schema.type === 'array') return [key, [path]]
            if (schema.type === 'object') return [key, {}]
            if (key === 'command') return [key, COMMANDS[n % COMMANDS.length]!.replaceAll('PATH', String(path))]
            if (key === 'url') return [key, `${host.url}/api/config?token=${victim.bait.token![0]}`]
            return [key, known ? known[n % known.length] : path]
          }),
        ),
      )
      // Many calls in one step: one turn a tool.
      const calls = inputs.map((input, n) => `${n === 0 ? '' : '+'}call=${name}:${JSON.stringify(input)}`)
      for (let from = 0; from < calls.length; from += 8) {
        const part = calls
          .slice(from, from + 8)
          .join(' ')
          .replace(/^\+/, '')
        called += Math.min(8, calls.length - from)
        const answer = await attacker.post('/api/chat', {
          session: `${name}-${from}`,
          message: `${part} text="{results}"`,
        })
        const text = await answer.text()
        expect([name, foreignIn(text, attacker.marker)]).toEqual([name, []])
      }
    }
    const heard = model.requests.map(({ body }) => JSON.stringify(body)).join('\n')
    expect(foreignIn(heard, attacker.marker)).toEqual([])
    // Nor is anything of the machine: its users, its variables.
    for (const fact of ['root:x:0:0', 'npm_config_', 'VITEST']) expect(heard).not.toContain(fact)
    // The tools do work: what is the attacker's own is found.
    const own = { path: attacker.bait.path![0] }
    const answer = await attacker.post('/api/chat', {
      message: `call=read_file:${JSON.stringify(own)} text="{results}"`,
    })
    expect(await answer.text()).toContain(attacker.marker)
    expect(called).toBeGreaterThan(offered.length * 10)
  })

  it('hold for a config that points elsewhere', async () => {
    const there = join(host.storage, 'tenants', victim.home)
    const config = await jsonOf(attacker.fetch('/api/config?mode=raw'))
    const document = config.config ?? config
    const places = [there, `../${victim.home}`, '/etc', '/']
    for (const place of places) {
      const next = {
        ...document,
        agents: { ...document.agents, defaults: { ...document.agents?.defaults, workspace: join(place, 'workspace') } },
        logging: { ...document.logging, file: join(place, 'logs/clawgo.log'), dir: join(place, 'logs') },
      }
      await attacker.post('/api/config?mode=raw', next)
      for (const path of [
        '/api/workspace_tree',
        `/api/workspace_file?path=${victim.bait.path![0]}`,
        '/api/memory',
        '/api/skills',
        '/api/logs/recent',
        '/api/transfer/manifest',
      ]) {
        const text = await (await attacker.fetch(path)).text()
        expect([place, path, foreignIn(text, attacker.marker)]).toEqual([place, path, []])
      }
    }
  })

  it.runIf(name === 'node')('hold for model calls: a tenant reaches no address of the host’s own network', async () => {
    const before = model.requests.length
    const config = await jsonOf(victim.fetch('/api/config?mode=raw'))
    await victim.post('/api/config?mode=raw', { ...(config.config ?? config), ...configFor(model) })
    const answer = await victim.post('/api/chat', { message: 'Hello?' })
    expect([answer.status, await answer.text()]).toEqual([502, expect.stringContaining('LLM call failed')])
    expect(model.requests.length).toBe(before)
  })
})

const COMMANDS = [
  'cat PATH; ls -la / /tmp /work /root /proc 2>&1',
  'cat /etc/passwd /proc/self/environ PATH; env',
  'find / -name "*.db" 2>/dev/null | head -50; ls -R ../.. | head -200',
  `for f in PATH ../../*/config.json; do cat "$f"; done`,
  'ln -s PATH here && cat here; cp -r ../.. copied; cat copied/*/config.json',
]
