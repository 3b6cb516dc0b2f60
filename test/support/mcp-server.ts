/** A little MCP server on the official SDK, for tests of the client: the same tools over every transport. */
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import * as z from 'zod'

const TEXT = (text: string) => ({ content: [{ type: 'text' as const, text }] })

export interface McpServerOptions {
  /** What `look_around` answers. */
  surroundings?: () => unknown
  /** Runs when `die` is called. */
  die?: () => void
  /** What `echo` says it does. */
  describeEcho?: () => string
  /** Names of more tools, which answer their own name. */
  extraTools?: readonly string[]
}

/**
 * Tools: `echo`, `add` (with an output schema), `fail` (isError), `picture` (an image), `slow` (milliseconds, with
 * progress), `roots` (what the client says its roots are), `look_around`, `grow` (adds the tool `grown-up`), `die`.
 * One resource (`note://hello`), one with bytes (`note://bytes`), one prompt (`greet`).
 */
export function littleMcpServer(options: McpServerOptions = {}): McpServer {
  const server = new McpServer({ name: 'little', version: '1.0.0' })
  server.registerTool(
    'echo',
    {
      description: options.describeEcho?.() ?? 'Says it back',
      inputSchema: { text: z.string() },
      annotations: { readOnlyHint: true },
    },
    ({ text }) => TEXT(text),
  )
  server.registerTool(
    'add',
    {
      description: 'Adds',
      inputSchema: { a: z.number(), b: z.number() },
      outputSchema: { sum: z.number() },
    },
    ({ a, b }) => ({ content: [{ type: 'text', text: `the sum is ${a + b}` }], structuredContent: { sum: a + b } }),
  )
  server.registerTool('fail', { description: 'Fails' }, () => ({ ...TEXT('it does not work today'), isError: true }))
  server.registerTool('picture', { description: 'Draws' }, () => ({
    content: [
      { type: 'text', text: 'here it is' },
      { type: 'image', data: 'QUJD'.repeat(2000), mimeType: 'image/png' },
    ],
  }))
  server.registerTool(
    'slow',
    { inputSchema: { ms: z.number() } },
    async ({ ms }, { sendNotification, _meta, signal }) => {
      const progressToken = _meta?.progressToken
      if (progressToken !== undefined) {
        const params = { progressToken, progress: 1, total: 2, message: 'half way' }
        await sendNotification({ method: 'notifications/progress', params })
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms)
        signal.addEventListener('abort', () => {
          clearTimeout(timer)
          resolve()
        })
      })
      return TEXT(`slept ${ms} ms`)
    },
  )
  server.registerTool('roots', {}, async () => TEXT(JSON.stringify(await server.server.listRoots())))
  server.registerTool('look_around', {}, () => TEXT(JSON.stringify(options.surroundings?.() ?? null)))
  server.registerTool('grow', {}, () => {
    server.registerTool('grown-up', { description: 'New here' }, () => TEXT('grown'))
    return TEXT('growing')
  })
  server.registerTool('die', {}, () => {
    options.die?.()
    return TEXT('still alive')
  })
  for (const name of options.extraTools ?? []) server.registerTool(name, {}, () => TEXT(name))
  server.registerResource('hello', 'note://hello', {}, (uri) => ({ contents: [{ uri: uri.href, text: 'hello' }] }))
  server.registerResource('bytes', 'note://bytes', { mimeType: 'image/png' }, (uri) => ({
    contents: [{ uri: uri.href, mimeType: 'image/png', blob: 'QUJD'.repeat(500) }],
  }))
  server.registerPrompt('greet', { argsSchema: { who: z.string() } }, ({ who }) => ({
    messages: [{ role: 'user', content: { type: 'text', text: `greet ${who}` } }],
  }))
  return server
}
