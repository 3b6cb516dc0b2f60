/** The catalogue: tools by group, each with what it does and takes. */
import { ChevronRight, SearchX } from 'lucide-react'
import { useState } from 'react'
import { useWords } from '../../language/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { TextInput } from '../../ui/field.tsx'
import { Card } from '../../ui/page.tsx'
import { Skeleton } from '../../ui/spinner.tsx'
import { Empty, Failed } from '../../ui/states.tsx'
import { parametersOf, type Shelf, shelvesOf, type Tool, useGroups, useTools } from './tool-data.ts'
import { words } from './words.ts'

export function ToolShelves() {
  const t = useWords(words)
  const tools = useTools()
  const groups = useGroups()
  const [filter, setFilter] = useState('')
  if (tools.isPending || groups.isPending) return <Skeleton lines={8} />
  if (tools.isError) return <Failed error={tools.error} onRetry={() => void tools.refetch()} />
  if (groups.isError) return <Failed error={groups.error} onRetry={() => void groups.refetch()} />
  const wanted = filter.trim().toLowerCase()
  const matching = tools.data.tools.filter(
    ({ name, description }) => name.toLowerCase().includes(wanted) || description.toLowerCase().includes(wanted),
  )
  return (
    <div className="space-y-4">
      <div className="flex flex-wrap items-center gap-3">
        <TextInput
          type="search"
          aria-label={t('filter')}
          placeholder={t('filter')}
          value={filter}
          className="min-w-0 flex-1 basis-56"
          onChange={(event) => setFilter(event.target.value)}
        />
        <span role="status" className="text-muted text-sm">
          {t('count', { n: matching.length })}
        </span>
      </div>
      {matching.length === 0 && <Empty icon={SearchX} title={t('nothing')} text={t('nothingText')} />}
      {shelvesOf(matching, groups.data).map((shelf) => (
        <ShelfCard key={shelf.id} shelf={shelf} />
      ))}
    </div>
  )
}

function ShelfCard({ shelf }: { shelf: Shelf }) {
  const t = useWords(words)
  const title =
    shelf.id === 'other'
      ? t('otherTools')
      : shelf.id.startsWith('server')
        ? t('ofServer', { name: shelf.name })
        : shelf.name
  return (
    <Card title={title} text={shelf.description} className="pb-2">
      <ul className="-mx-2 divide-y divide-line">
        {shelf.tools.map((tool) => (
          <li key={tool.name}>
            <ToolDetails tool={tool} />
          </li>
        ))}
      </ul>
    </Card>
  )
}

function ToolDetails({ tool }: { tool: Tool }) {
  const t = useWords(words)
  const { name, description, mcp, visibility } = tool
  return (
    <details className="group">
      <summary className="flex list-none items-start gap-2 rounded-lg px-2 py-2.5 text-sm hover:bg-sunken">
        <ChevronRight
          aria-hidden
          className="mt-0.5 size-4 shrink-0 text-muted transition-transform group-open:rotate-90"
        />
        <span className="wrap-anywhere shrink-0 font-medium font-mono text-[0.8125rem] max-sm:shrink">{name}</span>
        <span className="min-w-0 flex-1 truncate text-muted group-open:invisible max-sm:hidden">{description}</span>
      </summary>
      <div className="space-y-3 px-2 pt-1 pb-4 pl-8 text-sm">
        <p className="wrap-anywhere whitespace-pre-line leading-relaxed">{description}</p>
        <p className="flex flex-wrap gap-2">
          <Badge>{mcp ? t('fromServer', { tool: mcp.remote_tool, server: mcp.server }) : t('builtIn')}</Badge>
          <Badge>{t(visibility.subagent === 'inherited' ? 'everywhere' : 'byAllowlist')}</Badge>
        </p>
        <Parameters tool={tool} />
      </div>
    </details>
  )
}

function Parameters({ tool }: { tool: Tool }) {
  const t = useWords(words)
  const parameters = parametersOf(tool.parameters)
  if (parameters.length === 0) return <p className="text-muted">{t('noParameters')}</p>
  return (
    // biome-ignore lint/a11y/useSemanticElements: a region that scrolls takes the focus
    <div
      role="region"
      aria-label={t('parameters', { name: tool.name })}
      tabIndex={0}
      className="overflow-x-auto rounded-lg border border-line"
    >
      <table className="w-full border-collapse text-left text-[0.8125rem]">
        <thead className="bg-sunken">
          <tr>
            {(['parameter', 'type', 'meaning'] as const).map((heading) => (
              <th key={heading} scope="col" className="px-3 py-2 font-semibold">
                {t(heading)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {parameters.map(({ name, type, description, required }) => (
            <tr key={name} className="border-line border-t align-top">
              <td className="px-3 py-2 font-mono">
                {name}
                {required && <span className="block font-sans text-muted text-xs">{t('required')}</span>}
              </td>
              <td className="max-w-48 px-3 py-2 font-mono text-muted">{type}</td>
              <td className="min-w-48 px-3 py-2">{description}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
