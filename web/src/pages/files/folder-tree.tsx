/** A folder of the workspace; those in it are read when they are opened. */
import { ChevronRight, File, Folder } from 'lucide-react'
import { useState } from 'react'
import { useWords } from '../../language/words.ts'
import { classes } from '../../ui/class-names.ts'
import { Skeleton } from '../../ui/spinner.tsx'
import { Failed } from '../../ui/states.tsx'
import { FileLink } from './file-link.tsx'
import { words } from './words.ts'
import { useFolder } from './workspace-files.ts'

export function FolderTree({ path, current }: { path: string; current: string | undefined }) {
  const t = useWords(words)
  const folder = useFolder(path)
  if (folder.isPending) return <Skeleton lines={3} className="px-3" />
  if (folder.isError) return <Failed error={folder.error} onRetry={() => void folder.refetch()} className="py-4" />
  const { entries, truncated } = folder.data
  if (entries.length === 0) {
    return <p className="px-3 py-1 text-muted text-sm">{t(path === '' ? 'noFiles' : 'emptyFolder')}</p>
  }
  // Folders first, as file managers do.
  const sorted = entries.toSorted((a, b) => Number(b.kind === 'dir') - Number(a.kind === 'dir'))
  return (
    <>
      <ul>
        {sorted.map((entry) => (
          <li key={entry.path}>
            {entry.kind === 'dir' ? (
              <Branch path={entry.path} name={entry.name} current={current} />
            ) : (
              <FileLink path={entry.path} name={entry.name} icon={File} current={entry.path === current} />
            )}
          </li>
        ))}
      </ul>
      {truncated && <p className="px-3 py-1 text-muted text-xs">{t('truncated', { n: entries.length })}</p>}
    </>
  )
}

function Branch({ path, name, current }: { path: string; name: string; current: string | undefined }) {
  const [open, setOpen] = useState(current?.startsWith(`${path}/`) ?? false)
  return (
    <>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="flex min-h-9 w-full items-center gap-2.5 rounded-lg px-3 py-1.5 text-left text-sm hover:bg-sunken"
      >
        <Folder aria-hidden className="size-4 shrink-0 text-muted" />
        <span className="min-w-0 flex-1 truncate">{name}</span>
        <ChevronRight
          aria-hidden
          className={classes('size-4 shrink-0 text-muted transition-transform', open && 'rotate-90')}
        />
      </button>
      {open && (
        <div className="ml-4 border-line border-l pl-1">
          <FolderTree path={path} current={current} />
        </div>
      )}
    </>
  )
}
