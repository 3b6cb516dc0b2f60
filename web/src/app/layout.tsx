/** What surrounds every page: the navigation at the side, on a phone behind a button, and the state of the connection. */
import { Link, Outlet, useLocation } from '@tanstack/react-router'
import { Menu as MenuIcon, WifiOff } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useConnection } from '../api/connection.ts'
import { catalogue, usePhrase, useWords } from '../language/words.ts'
import { IconButton } from '../ui/button.tsx'
import { classes } from '../ui/class-names.ts'
import { Dialog } from '../ui/dialog.tsx'
import { Appearance } from './appearance.tsx'
import { Mark } from './mark.tsx'
import { NAVIGATION } from './navigation.ts'

const words = catalogue({
  skip: ['Skip to content', '跳到内容'],
  navigation: ['Navigation', '导航'],
  open: ['Open navigation', '打开导航'],
  away: ['The gateway does not answer. Trying again …', '网关没有响应，正在重试…'],
})

export function Layout() {
  const t = useWords(words)
  return (
    <div className="flex h-dvh flex-col md:flex-row">
      <button
        type="button"
        // Not a link: the part after the # is the page's address.
        onClick={() => document.getElementById('content')?.focus()}
        className="-top-20 absolute left-4 z-50 rounded-lg bg-accent px-4 py-2 font-medium text-on-accent text-sm focus:top-3"
      >
        {t('skip')}
      </button>
      <Side />
      <TopBar />
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">
        <AwayBar />
        <main id="content" tabIndex={-1} className="min-h-0 flex-1 outline-none">
          <Outlet />
        </main>
      </div>
    </div>
  )
}

function Side() {
  const t = useWords(words)
  return (
    <aside className="hidden w-16 shrink-0 flex-col border-line border-r bg-sunken md:flex xl:w-52">
      <Mark className="h-14 justify-center px-4 xl:justify-start max-xl:[&>span]:sr-only" />
      <nav aria-label={t('navigation')} className="min-h-0 flex-1 overflow-y-auto px-2.5 py-1">
        <Entries compact />
      </nav>
      <div className="flex justify-center p-3 xl:justify-start">
        <Appearance signedIn />
      </div>
    </aside>
  )
}

function TopBar() {
  const t = useWords(words)
  const [open, setOpen] = useState(false)
  const { pathname } = useLocation()
  // biome-ignore lint/correctness/useExhaustiveDependencies: a press on an entry leads elsewhere, and closes the drawer
  useEffect(() => setOpen(false), [pathname])
  return (
    <header className="flex h-12 shrink-0 items-center gap-1 border-line border-b bg-sunken px-1.5 md:hidden">
      <IconButton icon={MenuIcon} label={t('open')} onClick={() => setOpen(true)} />
      <Mark className="flex-1" />
      <Appearance signedIn />
      <Dialog open={open} onClose={() => setOpen(false)} title={t('navigation')} kind="drawer">
        <nav aria-label={t('navigation')} className="p-3">
          <Entries onChosen={() => setOpen(false)} />
        </nav>
      </Dialog>
    </header>
  )
}

/** `compact`: words only where there is room for them. */
function Entries({ compact, onChosen }: { compact?: boolean; onChosen?: () => void }) {
  const phrase = usePhrase()
  return (
    <ul className="space-y-0.5">
      {NAVIGATION.map(({ to, icon: Icon, label }) => (
        <li key={to}>
          <Link
            to={to}
            title={compact ? phrase(label) : undefined}
            onClick={onChosen}
            activeProps={{ 'aria-current': 'page' }}
            className={classes(
              'flex h-10 items-center gap-3 rounded-lg px-3 font-medium text-muted text-sm transition-colors',
              'hover:bg-hover hover:text-text aria-[current=page]:bg-surface aria-[current=page]:text-text aria-[current=page]:shadow-xs',
              compact && 'max-xl:justify-center max-xl:px-0',
            )}
          >
            <Icon aria-hidden className="size-[1.125rem] shrink-0" />
            <span className={classes('truncate', compact && 'max-xl:sr-only')}>{phrase(label)}</span>
          </Link>
        </li>
      ))}
    </ul>
  )
}

function AwayBar() {
  const t = useWords(words)
  const { state } = useConnection()
  return (
    <div role="status" aria-live="polite">
      {state === 'away' && (
        <p className="flex items-center justify-center gap-2 bg-warn-soft px-4 py-1.5 text-sm text-warn">
          <WifiOff aria-hidden className="size-4" />
          {t('away')}
        </p>
      )}
    </div>
  )
}
