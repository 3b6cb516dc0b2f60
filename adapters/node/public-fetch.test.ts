import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { publicFetch } from './public-fetch.ts'

let server: Server
let port: number
let requests = 0
beforeAll(async () => {
  server = createServer((request, response) => {
    requests++
    if (request.url === '/move') response.writeHead(302, { location: '/' })
    response.end('secret')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
afterAll(() => server.close())

describe('publicFetch', () => {
  it.each([
    '127.0.0.1',
    'localhost',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '127.1',
    '0.0.0.0',
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    '１２７.0.0.1',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.1.1',
    '100.64.0.1',
    '169.254.169.254',
    '[fd00::1]',
    '[fe80::1]',
    '224.0.0.1',
    '255.255.255.255',
  ])('refuses %s before a byte is sent', async (host) => {
    const before = requests
    await expect(publicFetch(new URL(`http://${host}:${port}/`), {})).rejects.toThrow('AddressRefused')
    await expect(publicFetch(new URL(`https://${host}:${port}/`), {})).rejects.toThrow('AddressRefused')
    expect(requests).toBe(before)
  })

  it('says how the owner can allow the host', async () => {
    await expect(publicFetch(new URL('http://10.0.0.1:81/'), {})).rejects.toThrow(
      'add "10.0.0.1:81" to tools.web.allow_private_hosts',
    )
  })

  it('lets through what is allowed, by name and port, and nothing beside it', async () => {
    const url = new URL(`http://127.0.0.1:${port}/`)
    expect(await (await publicFetch(url, {}, { allow: [`127.0.0.1:${port}`] })).text()).toBe('secret')
    expect(await (await publicFetch(url, {}, { allow: ['127.0.0.1'] })).text()).toBe('secret')
    for (const allow of [['127.0.0.1:1'], ['localhost'], ['27.0.0.1'], ['']]) {
      await expect(publicFetch(url, {}, { allow })).rejects.toThrow('AddressRefused')
    }
  })

  it('asks again once the allowance is gone, whatever connection is still open', async () => {
    const url = new URL(`http://127.0.0.1:${port}/`)
    await (await publicFetch(url, {}, { allow: ['127.0.0.1'] })).text()
    await expect(publicFetch(url, {})).rejects.toThrow('AddressRefused')
  })

  it('does not follow redirects, even when asked to', async () => {
    const url = new URL(`http://127.0.0.1:${port}/move`)
    const response = await publicFetch(url, { redirect: 'follow' }, { allow: ['127.0.0.1'] })
    expect([response.status, response.headers.get('location')]).toEqual([302, '/'])
    await response.body?.cancel()
  })
})
