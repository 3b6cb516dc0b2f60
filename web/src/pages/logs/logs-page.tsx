/** The log, live. */
import { Eraser, Pause, Play, ScrollText, SearchX } from 'lucide-react'
import { useDeferredValue, useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { ApiFailure } from '../../api/failure.ts'
import { useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { Select, TextInput } from '../../ui/field.tsx'
import { useTitle } from '../../ui/page.tsx'
import { Loading } from '../../ui/spinner.tsx'
import { Empty, Failed } from '../../ui/states.tsx'
import { LogFeed } from './log-feed.ts'
import { filtered, type Level, type LogFilter } from './log-line.ts'
import { LogList } from './log-list.tsx'
import { words } from './words.ts'

const EVERYTHING: LogFilter = { level: 'DEBUG', text: '' }

export function LogsPage() {
  const t = useWords(words)
  useTitle(t('title'))
  const [feed, setFeed] = useState<LogFeed | null>(null)
  useEffect(() => {
    const opened = new LogFeed()
    setFeed(opened)
    return () => opened.close()
  }, [])
  return feed ? <Log feed={feed} /> : <Loading />
}

function Log({ feed }: { feed: LogFeed }) {
  const t = useWords(words)
  const format = useFormat()
  const log = useSyncExternalStore(feed.watch, feed.get)
  const [held, setHeld] = useState<typeof log | null>(null)
  const [filter, setFilter] = useState(EVERYTHING)
  // Twenty thousand lines are not looked through while somebody types.
  const sought = useDeferredValue(filter)
  const { lines } = held ?? log
  const shown = useMemo(() => filtered(lines, sought), [lines, sought])
  const isNarrowed = sought.level !== 'DEBUG' || sought.text.trim() !== ''
  const missed = held ? Math.max(0, (log.lines.at(-1)?.id ?? 0) - (held.lines.at(-1)?.id ?? 0)) : 0
  const off = log.error instanceof ApiFailure && log.error.status === 404
  return (
    <div className="flex h-full flex-col">
      <header className="flex flex-wrap items-center gap-x-3 gap-y-2 border-line border-b px-4 py-3">
        <h1 className="font-semibold text-base tracking-tight">{t('title')}</h1>
        <span role="status" className="flex items-center gap-2">
          <Badge tone={held ? 'warn' : log.connected ? 'ok' : 'neutral'}>
            {t(held ? 'paused' : log.connected ? 'live' : 'connecting')}
          </Badge>
        </span>
        <span className="text-muted text-xs tabular-nums">
          {missed > 0
            ? t('newLines', { n: missed, count: format.number(missed) })
            : isNarrowed
              ? t('shownOf', { count: format.number(shown.length), all: format.number(lines.length) })
              : t('shown', { n: shown.length, count: format.number(shown.length) })}
        </span>
        <div className="flex w-full flex-wrap items-center gap-2 sm:ml-auto sm:w-auto">
          <Select
            aria-label={t('level')}
            value={filter.level}
            onChange={(event) => setFilter({ ...filter, level: event.target.value as Level })}
            className="w-[calc(50%-0.25rem)] sm:w-44"
          >
            <option value="DEBUG">{t('all')}</option>
            {(['INFO', 'WARN', 'ERROR'] as const).map((level) => (
              <option key={level} value={level}>
                {t(level)}
              </option>
            ))}
          </Select>
          <TextInput
            type="search"
            aria-label={t('search')}
            placeholder={t('search')}
            value={filter.text}
            onChange={(event) => setFilter({ ...filter, text: event.target.value })}
            className="w-[calc(50%-0.25rem)] sm:w-48"
          />
          <Button icon={held ? Play : Pause} onClick={() => setHeld(held ? null : log)}>
            {t(held ? 'resume' : 'pause')}
          </Button>
          <IconButton
            icon={Eraser}
            label={t('clear')}
            onClick={() => {
              feed.clear()
              if (held) setHeld(feed.get())
            }}
          />
        </div>
      </header>
      <div className="min-h-0 flex-1 bg-surface">
        {log.state === 'loading' ? (
          <Loading />
        ) : log.state === 'failed' ? (
          off ? (
            <Empty icon={ScrollText} title={t('off')} text={t('offText')} />
          ) : (
            <Failed error={log.error} onRetry={() => void feed.load()} />
          )
        ) : shown.length > 0 ? (
          <LogList lines={shown} />
        ) : isNarrowed ? (
          <Empty
            icon={SearchX}
            title={t('noMatch')}
            text={t('noMatchText')}
            action={<Button onClick={() => setFilter(EVERYTHING)}>{t('reset')}</Button>}
          />
        ) : (
          <Empty icon={ScrollText} title={t('nothing')} text={t('nothingText')} />
        )}
      </div>
    </div>
  )
}
