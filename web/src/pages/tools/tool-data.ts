/** What the page knows of tools: the catalogue, its groups, the servers. */
import { useQuery } from '@tanstack/react-query'
import { answer, api } from '../../api/client.ts'

const REFRESH_MS = 10_000

/** The tools, and how the MCP servers are. */
export function useTools() {
  return useQuery({
    queryKey: ['tools', 'catalogue'],
    queryFn: () => answer(api.GET('/api/tools')),
    refetchInterval: REFRESH_MS,
  })
}

/** The groups that allowlists may name. */
export function useGroups() {
  return useQuery({
    queryKey: ['tools', 'groups'],
    queryFn: async () => (await answer(api.GET('/api/tool_allowlist_groups'))).groups,
    staleTime: Number.POSITIVE_INFINITY,
  })
}

export type Catalogue = NonNullable<ReturnType<typeof useTools>['data']>
export type Tool = Catalogue['tools'][number]
export type ServerCheck = Catalogue['mcp_server_checks'][number]
export type Group = NonNullable<ReturnType<typeof useGroups>['data']>[number]

export interface Shelf {
  /** `group <name>`, `server <name>` or `other`. */
  id: string
  name: string
  description: string
  tools: Tool[]
}

/** Each tool once: under its server, else under the first group that has it; groups of a whole before their parts. */
export function shelvesOf(tools: readonly Tool[], groups: readonly Group[]): Shelf[] {
  const shelves = new Map<string, Shelf>()
  const put = (id: string, name: string, description: string, tool: Tool) => {
    const shelf = shelves.get(id) ?? { id, name, description, tools: [] }
    shelf.tools.push(tool)
    shelves.set(id, shelf)
  }
  for (const tool of tools) {
    const group = groups.find((each) => each.tools.includes(tool.name))
    if (tool.mcp) put(`server ${tool.mcp.server}`, tool.mcp.server, '', tool)
    else if (group) put(`group ${group.name}`, group.name, group.description, tool)
    else put('other', '', '', tool)
  }
  const rank = ({ id }: Shelf) => (id.startsWith('group') ? 0 : id === 'other' ? 1 : 2)
  return [...shelves.values()].sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1))
}

export interface Parameter {
  name: string
  type: string
  description: string
  required: boolean
}

/** The parameters of a JSON Schema of an object, for people. */
export function parametersOf(schema: Record<string, unknown>): Parameter[] {
  const properties = (schema.properties ?? {}) as Record<string, Record<string, unknown> | undefined>
  const required = Array.isArray(schema.required) ? schema.required : []
  return Object.entries(properties).map(([name, given]) => ({
    name,
    type: typeText(given ?? {}),
    description: typeof given?.description === 'string' ? given.description : '',
    required: required.includes(name),
  }))
}

function typeText({ type, enum: choices, items, anyOf }: Record<string, unknown>): string {
  if (Array.isArray(choices)) return choices.map((choice) => JSON.stringify(choice)).join(' | ')
  if (Array.isArray(anyOf)) return anyOf.map((each) => typeText(each as Record<string, unknown>)).join(' | ')
  if (type === 'array') return `${typeText((items ?? {}) as Record<string, unknown>)}[]`
  return Array.isArray(type) ? type.join(' | ') : String(type ?? 'any')
}
