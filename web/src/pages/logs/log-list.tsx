/** The lines, of which only those in sight are laid out. Stays at the newest one until somebody scrolls away from it. */
import { ArrowDown } from 'lucide-react'
import { useCallback, useLayoutEffect, useRef, useState } from 'react'
import { VList, type VListHandle } from 'virtua'
import { useWords } from '../../language/words.ts'
import { Button } from '../../ui/button.tsx'
import { LineRow } from './line-row.tsx'
import type { LogLine } from './log-line.ts'
import { words } from './words.ts'

/** Pixels from the end that still count as the end. */
const NEAR = 40
const AWAY: ReadonlySet<string> = new Set(['ArrowUp', 'PageUp', 'Home'])

export function LogList({ lines }: { lines: readonly LogLine[] }) {
  const t = useWords(words)
  const list = useRef<VListHandle>(null)
  const [following, setFollowing] = useState(true)
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set())
  const toggle = useCallback(
    (id: number) =>
      setOpen((before) => {
        const after = new Set(before)
        if (!after.delete(id)) after.add(id)
        return after
      }),
    [],
  )
  const toEnd = useCallback(() => list.current?.scrollToIndex(lines.length - 1, { align: 'end' }), [lines.length])
  // biome-ignore lint/correctness/useExhaustiveDependencies: new lines, also as many as went
  useLayoutEffect(() => {
    if (following) toEnd()
  }, [lines, following, toEnd])
  return (
    <div className="relative h-full">
      <VList
        ref={list}
        data={lines as LogLine[]}
        role="region"
        aria-label={t('lines')}
        tabIndex={0}
        className="h-full focus-visible:-outline-offset-2"
        // Who moves away from the end is not pulled back by the lines that come meanwhile.
        onWheel={(event) => event.deltaY < 0 && setFollowing(false)}
        onKeyDown={(event) => AWAY.has(event.key) && setFollowing(false)}
        onScroll={(offset) => {
          const { scrollSize = 0, viewportSize = 0 } = list.current ?? {}
          setFollowing(offset + viewportSize >= scrollSize - NEAR)
        }}
      >
        {(line) => <LineRow key={line.id} line={line} open={open.has(line.id)} onToggle={toggle} />}
      </VList>
      {!following && (
        <Button
          small
          icon={ArrowDown}
          onClick={() => setFollowing(true)}
          className="absolute right-4 bottom-4 rounded-full shadow-float"
        >
          {t('toEnd')}
        </Button>
      )}
    </div>
  )
}
