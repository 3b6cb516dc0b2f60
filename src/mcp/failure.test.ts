import { expect, it } from 'vitest'
import * as z from 'zod'
import { brokeConnection, failureText, isTimeout, lostSession } from './failure.ts'

const mcpError = (code: number, message: string) =>
  Object.assign(new Error(`MCP error ${code}: ${message}`), { name: 'McpError', code })
const httpError = (code: number, message: string) =>
  Object.assign(new Error(`Streamable HTTP error: ${message}`), { code })

it('says what happened in one short line, without secrets and without the SDK’s own words', () => {
  expect(failureText(mcpError(-32602, 'no such\ntool'))).toBe('no such tool')
  expect(failureText(httpError(500, 'Error POSTing to endpoint: oops'))).toBe(
    'http 500: Error POSTing to endpoint: oops',
  )
  expect(failureText(httpError(403, 'x'))).toMatch(/^http 403: .*headers/)
  const cause = Object.assign(new Error('connect refused'), { code: 'ECONNREFUSED' })
  expect(failureText(new TypeError('fetch failed', { cause }))).toBe('fetch failed: ECONNREFUSED')
  expect(failureText(new Error('key sesame-open is wrong'), ['sesame-open'])).toBe('key **** is wrong')
  expect(failureText(new Error('x'.repeat(9000))).length).toBeLessThanOrEqual(600)
})

it('tells an answer of the server from a broken connection', () => {
  const malformed = z.string().safeParse(1).error
  expect([mcpError(-32602, 'x'), mcpError(-32001, 'x'), malformed].map(brokeConnection)).toEqual([false, false, false])
  const broken = [mcpError(-32000, 'Connection closed'), new TypeError('fetch failed'), httpError(502, 'x')]
  expect(broken.map(brokeConnection)).toEqual([true, true, true])
  expect(failureText(malformed)).toBe('its answer is not what the protocol allows')
})

it('knows a forgotten session and a late answer', () => {
  expect([httpError(404, 'x'), httpError(400, 'No valid session ID'), httpError(400, 'x')].map(lostSession)).toEqual([
    true,
    true,
    false,
  ])
  expect([mcpError(-32001, 'x'), new Error('x')].map(isTimeout)).toEqual([true, false])
})
