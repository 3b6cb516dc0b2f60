/**
 * The little MCP server as a program: `node mcp-server-stdio.ts [die-at-start] [more tools ...]`. It greets on stdout
 * before it speaks the protocol, as careless servers do.
 */
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { littleMcpServer } from './mcp-server.ts'

const [first, ...extraTools] = process.argv.slice(2)
if (first === 'die-at-start') {
  console.error(`cannot start: the key ${process.env.LITTLE_KEY ?? 'nobody gave'} is wrong`)
  process.exit(3)
}
console.log('little server, at your service')
const server = littleMcpServer({
  surroundings: () => ({ cwd: process.cwd(), env: process.env, pid: process.pid }),
  die: () => {
    console.error('a sad end')
    process.exit(7)
  },
  extraTools,
})
await server.connect(new StdioServerTransport())
