import { expect, it } from 'vitest'
import { describeTargets } from '../support/targets.ts'

describeTargets('GET /health', (open) => {
  it('answers ok to anyone, whatever the method, and to HEAD without a body', async () => {
    const { url } = await open()
    for (const method of ['GET', 'POST', 'DELETE']) {
      const response = await fetch(`${url}/health`, { method })
      expect([method, response.status, response.headers.get('content-type')]).toEqual([
        method,
        200,
        'text/plain; charset=utf-8',
      ])
      expect(await response.text()).toBe('ok')
    }
    const head = await fetch(`${url}/health`, { method: 'HEAD' })
    expect(head.status).toBe(200)
    expect(await head.text()).toBe('')
  })

  it('is the only open door: the API asks for the token, and takes it', async () => {
    const target = await open()
    const refused = await fetch(`${target.url}/api/version`)
    expect(refused.status).toBe(401)
    expect(refused.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(await refused.text()).toBe('unauthorized\n')
    const version = await target.fetch('/api/version')
    expect(version.status).toBe(200)
    expect(await version.json()).toMatchObject({ ok: true, gateway_version: expect.stringMatching(/^\d+\.\d+\.\d+/) })
  })

  it('answers again, with the same home and token, after a restart', async () => {
    const target = await open({ config: { agents: { defaults: { max_tool_iterations: 7 } } } })
    const before = await (await target.fetch('/api/config')).text()
    expect(before).toContain('"max_tool_iterations": 7')
    await target.restart()
    expect(await (await fetch(`${target.url}/health`)).text()).toBe('ok')
    expect(await (await target.fetch('/api/config')).text()).toBe(before)
  })
})
