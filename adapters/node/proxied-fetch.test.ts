import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type ProxyServer, startConnectProxy, startSocksProxy } from '../../test/support/proxy-server.ts'
import { proxiedFetch } from './proxied-fetch.ts'

let server: Server
let target: string
beforeAll(async () => {
  server = createServer(async (request, response) => {
    if (request.url === '/move') return void response.writeHead(302, { location: '/' }).end()
    let text = ''
    for await (const chunk of request) text += String(chunk)
    const proxyHeaders = Object.keys(request.headers).filter((name) => name.startsWith('proxy'))
    response.end(JSON.stringify([request.method, request.headers.authorization, text, proxyHeaders]))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.close()
  server.closeAllConnections()
})

const LOGIN = 'me:p%40ss:word'
const kept = (proxy: ProxyServer) => {
  onTestFinished(() => proxy.close())
  return proxy
}
const message = (error: unknown) => {
  const { message: own, cause } = error as Error
  return `${own}: ${(cause as Error | undefined)?.message ?? ''}`
}
const failing = (work: Promise<Response>) =>
  work.then(
    () => 'it worked',
    (error: unknown) => message(error),
  )

describe.each([
  ['http', startConnectProxy],
  ['socks5', startSocksProxy],
  ['socks5h', startSocksProxy],
] as const)('an %s proxy', (scheme, start) => {
  const through = (proxy: ProxyServer, login = '') =>
    proxiedFetch(`${scheme}://${login ? `${login}@` : ''}${proxy.address}`, { allow: [proxy.address] })

  it('carries a request and its answer, and shows the target nothing of its own', async () => {
    const proxy = kept(await start({ login: 'me:p@ss:word' }))
    const headers = { authorization: 'Bearer x' }
    const answer = await through(proxy, LOGIN)(target, { method: 'POST', body: 'hello', headers })
    expect(await answer.json()).toEqual(['POST', 'Bearer x', 'hello', []])
    expect(proxy.tunnels).toEqual([target.replace('http://', '')])
  })

  it('leaves a redirect to its caller', async () => {
    const proxy = kept(await start())
    const answer = await through(proxy)(`${target}/move`, { redirect: 'manual' })
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/'])
  })

  it('that refuses the login is named as the cause, its password is not', async () => {
    const proxy = kept(await start({ login: 'me:right' }))
    const said = await failing(through(proxy, 'me:wrong-password')(target))
    expect(said).toMatch(/^fetch failed: the network proxy refused its user name and password/)
    expect(said).not.toContain('wrong-password')
    expect(proxy.tunnels).toEqual([])
  })

  it('that is not there is named as the cause', async () => {
    const proxy = await start()
    await proxy.close()
    expect(await failing(through(proxy, 'me:pw')(target))).toMatch(
      /^fetch failed: the network proxy could not be reached \(ECONNREFUSED\)$/,
    )
  })

  it('at a private address is used only when it is allowed', async () => {
    const proxy = kept(await start())
    const { port } = new URL(`http://${proxy.address}`)
    for (const host of ['127.0.0.1', 'localhost']) {
      const fetch = proxiedFetch(`${scheme}://me:pw@${host}:${port}`, { allow: [`${host}:1`] })
      const said = await failing(fetch(target))
      expect(said).toMatch(/^AddressRefused/)
      expect(said).not.toContain('pw')
    }
    expect(proxy.tunnels).toEqual([])
  })
})

it('an http proxy that does not connect says its status', async () => {
  const proxy = kept(await startConnectProxy({ status: 403 }))
  const fetch = proxiedFetch(`http://${proxy.address}`, { allow: [proxy.address] })
  expect(await failing(fetch(target))).toBe('fetch failed: the network proxy refused the connection (status 403)')
})

it('a target that is not there is not blamed on the proxy', async () => {
  const proxy = kept(await startConnectProxy())
  const fetch = proxiedFetch(`http://${proxy.address}`, { allow: [proxy.address] })
  expect(await failing(fetch('http://127.0.0.1:1/'))).toMatch(/^fetch failed: /)
})
