/** A remote tool as its server describes it, read forgivingly: one odd tool must not hide the others. */
import * as z from 'zod'
import type { JsonSchema } from '../tools/index.ts'

/** Characters of a description that reach the model. */
const MAX_DESCRIPTION = 4000

const annotations = z.object({ readOnlyHint: z.boolean().optional(), idempotentHint: z.boolean().optional() })

const toolInfo = z.object({
  name: z.string().min(1),
  description: z.string().optional().catch(undefined),
  inputSchema: z.record(z.string(), z.unknown()).catch({}),
  annotations: annotations.optional().catch(undefined),
})

/** What the gateway keeps of a tool. */
export type ToolInfo = z.output<typeof toolInfo>

/** A page of `tools/list`: the tools that could be read, and the names or places of those that could not. */
export function readTools(tools: readonly unknown[]): { tools: ToolInfo[]; unreadable: number } {
  const read = tools.map((tool) => toolInfo.safeParse(tool)).flatMap(({ data }) => data ?? [])
  return { tools: read, unreadable: tools.length - read.length }
}

/** What the model is told of it. */
export function descriptionOf(server: string, { name, description }: ToolInfo): string {
  const text = description?.trim()
  if (!text) return `Proxy to MCP tool "${name}" on server "${server}".`
  const short = text.length <= MAX_DESCRIPTION ? text : `${text.slice(0, MAX_DESCRIPTION).toWellFormed()}…`
  return `${short} (MCP server: ${server}, remote tool: ${name})`
}

/** Its input schema as an object schema, whatever the server left out. */
export function parametersOf({ inputSchema }: ToolInfo): JsonSchema {
  const { $schema: _, ...schema } = inputSchema
  const { properties } = schema
  const isMap = typeof properties === 'object' && properties !== null && !Array.isArray(properties)
  return { ...schema, type: 'object', properties: isMap ? (properties as JsonSchema['properties'] & object) : {} }
}
