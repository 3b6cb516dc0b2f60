/** The sessions, newest first, with a search over everything that was said. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { ListFilter, MessagesSquare, Plus, Search, X } from 'lucide-react'
import { useDeferredValue, useState } from 'react'
import { answer, api } from '../../api/client.ts'
import { useWords } from '../../language/words.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { classes } from '../../ui/class-names.ts'
import { TextInput } from '../../ui/field.tsx'
import { Menu, MenuChoice } from '../../ui/menu.tsx'
import { Moment } from '../../ui/moment.tsx'
import { Skeleton, Spinner } from '../../ui/spinner.tsx'
import { Empty, Failed } from '../../ui/states.tsx'
import { useRunningSessions } from './running-sessions.ts'
import { sessionName } from './session-name.ts'
import { words } from './words.ts'

const PAGE = 40

export interface SessionListProps {
  current: string
  onOpen: (session: string, at?: number) => void
  onNew: () => void
}

export function SessionList({ current, onOpen, onNew }: SessionListProps) {
  const t = useWords(words)
  const [query, setQuery] = useState('')
  const [internal, setInternal] = useState(false)
  const sought = useDeferredValue(query.trim())
  return (
    <div className="flex h-full flex-col">
      <div className="space-y-2 p-3">
        <div className="flex gap-2">
          <Button icon={Plus} className="flex-1" onClick={onNew}>
            {t('newChat')}
          </Button>
          <Menu trigger={<IconButton icon={ListFilter} label={t('listOptions')} />}>
            <MenuChoice chosen={internal} onSelect={() => setInternal(!internal)}>
              {t('showInternal')}
            </MenuChoice>
          </Menu>
        </div>
        <search className="relative block">
          <Search aria-hidden className="pointer-events-none absolute top-3 left-3 size-4 text-muted" />
          <TextInput
            type="text"
            enterKeyHint="search"
            aria-label={t('searchSessions')}
            placeholder={t('searchSessions')}
            value={query}
            onChange={(event) => setQuery(event.target.value)}
            onKeyDown={(event) => event.key === 'Escape' && query !== '' && setQuery('')}
            className="px-9"
          />
          {query !== '' && (
            <IconButton
              icon={X}
              label={t('clearSearch')}
              small
              onClick={() => setQuery('')}
              className="absolute top-1 right-1"
            />
          )}
        </search>
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto px-2 pb-4">
        {sought ? (
          <Found query={sought} onOpen={onOpen} />
        ) : (
          <Recent current={current} internal={internal} onOpen={onOpen} />
        )}
      </div>
    </div>
  )
}

function Recent({ current, internal, onOpen }: { current: string; internal: boolean; onOpen: (key: string) => void }) {
  const t = useWords(words)
  const running = useRunningSessions()
  const list = useInfiniteQuery({
    queryKey: ['sessions', 'list', internal],
    queryFn: ({ pageParam }) =>
      answer(
        api.GET('/api/sessions', {
          params: {
            query: {
              titles: '1',
              limit: PAGE,
              ...(pageParam && { before: pageParam }),
              ...(internal && { include_internal: '1' }),
            },
          },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  })
  if (list.isPending) return <Skeleton lines={6} />
  if (list.isError) return <Failed error={list.error} onRetry={() => void list.refetch()} />
  const sessions = list.data.pages.flatMap((page) => page.sessions).filter(({ messages }) => messages)
  if (sessions.length === 0) return <Empty icon={MessagesSquare} title={t('sessions')} text={t('noSessions')} />
  return (
    <>
      {byDay(sessions).map(([day, members]) => (
        <section key={day} aria-label={t(day)} className="mb-3">
          <h2 className="px-3 py-1.5 font-medium text-muted text-xs">{t(day)}</h2>
          <ul className="space-y-0.5">
            {members.map(({ key, title, updated_at }) => (
              <li key={key}>
                <button
                  type="button"
                  onClick={() => onOpen(key)}
                  aria-current={key === current ? 'true' : undefined}
                  className="flex w-full items-center gap-2 rounded-lg px-3 py-2 text-left text-sm hover:bg-hover aria-[current]:bg-hover aria-[current]:font-medium"
                >
                  <span className="min-w-0 flex-1 truncate">{sessionName(t, key, title)}</span>
                  {running.has(key) ? (
                    <span title={t('running')}>
                      <Spinner className="size-3.5 text-accent" />
                      <span className="sr-only">{t('running')}</span>
                    </span>
                  ) : (
                    updated_at !== undefined && (
                      <Moment at={updated_at} className="shrink-0 font-normal text-muted text-xs tabular-nums" />
                    )
                  )}
                </button>
              </li>
            ))}
          </ul>
        </section>
      ))}
      {list.hasNextPage && (
        <Button
          kind="quiet"
          small
          busy={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
          className="w-full"
        >
          {t('more')}
        </Button>
      )}
    </>
  )
}

type Day = 'today' | 'yesterday' | 'earlier'

function byDay<S extends { updated_at?: number }>(sessions: readonly S[]): Array<[Day, S[]]> {
  const midnight = new Date().setHours(0, 0, 0, 0)
  const dayOf = ({ updated_at = 0 }: S): Day =>
    updated_at >= midnight ? 'today' : updated_at >= midnight - 86_400_000 ? 'yesterday' : 'earlier'
  const days: Day[] = ['today', 'yesterday', 'earlier']
  return days
    .map((day): [Day, S[]] => [day, sessions.filter((session) => dayOf(session) === day)])
    .filter(([, members]) => members.length > 0)
}

function Found({ query, onOpen }: { query: string; onOpen: (key: string, at?: number) => void }) {
  const t = useWords(words)
  const found = useQuery({
    queryKey: ['sessions', 'search', query],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/sessions/search', { params: { query: { query, limit: 20, titles: '1' } }, signal })),
    placeholderData: (before) => before,
  })
  if (found.isPending) return <Skeleton lines={5} />
  if (found.isError) return <Failed error={found.error} onRetry={() => void found.refetch()} />
  const { results } = found.data
  return (
    <>
      <p role="status" className="px-3 py-1.5 text-muted text-xs">
        {results.length === 0 ? t('noResults', { query }) : t('results', { n: results.length })}
      </p>
      <ul className="space-y-1">
        {results.map(({ key, title, updated_at, snippets }) => (
          <li key={key} className="rounded-lg">
            <p className="flex items-center gap-2 px-3 pt-2 text-sm">
              <span className="min-w-0 flex-1 truncate font-medium">{sessionName(t, key, title)}</span>
              <Moment at={updated_at} className="shrink-0 text-muted text-xs tabular-nums" />
            </p>
            {snippets.map(({ seq, content }) => (
              <button
                key={seq}
                type="button"
                onClick={() => onOpen(key, seq)}
                className={classes(
                  'block w-full rounded-lg px-3 py-1.5 text-left text-muted text-sm hover:bg-hover hover:text-text',
                )}
              >
                <span className="wrap-anywhere line-clamp-2">{content}</span>
              </button>
            ))}
          </li>
        ))}
      </ul>
    </>
  )
}
