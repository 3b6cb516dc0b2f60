/** A file in a list. */
import { Link } from '@tanstack/react-router'
import type { LucideIcon } from 'lucide-react'

export interface FileLinkProps {
  path: string
  name: string
  /** What it is for. */
  note?: string | undefined
  icon: LucideIcon
  current: boolean
}

export function FileLink({ path, name, note, icon: Icon, current }: FileLinkProps) {
  return (
    <Link
      to="/files"
      search={{ path }}
      aria-current={current ? 'page' : undefined}
      activeProps={{}}
      title={path}
      className="flex min-h-9 items-center gap-2.5 rounded-lg px-3 py-1.5 text-sm hover:bg-sunken aria-[current]:bg-sunken aria-[current]:font-medium"
    >
      <Icon aria-hidden className="size-4 shrink-0 text-muted" />
      <span className="min-w-0 flex-1">
        <span className="block truncate">{name}</span>
        {note && <span className="block truncate font-normal text-muted text-xs">{note}</span>}
      </span>
    </Link>
  )
}
