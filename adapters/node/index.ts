/** The gateway on Node: `import { startNode } from 'clawgo-gateway/node'`. */
export { type NodeGateway, type NodeOptions, startNode } from './server.ts'
