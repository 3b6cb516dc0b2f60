/** The files of a message that is being written. */
import { CircleAlert, File, X } from 'lucide-react'
import { useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import { IconButton } from '../../ui/button.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import type { Attachments } from './attachments.ts'
import { words } from './words.ts'

export function AttachmentList({ attachments }: { attachments: Attachments }) {
  const t = useWords(words)
  const format = useFormat()
  return (
    <ul aria-label={t('attachments')} className="flex flex-wrap gap-2 px-3 pt-3">
      {attachments.items.map(({ id, name, size, preview, path, error }) => (
        <li
          key={id}
          className="flex max-w-64 items-center gap-2 rounded-xl border border-line bg-page py-1 pr-1 pl-2 text-sm"
        >
          {preview ? (
            <img src={preview} alt="" className="size-8 rounded-md object-cover" />
          ) : (
            <File aria-hidden className="size-4 shrink-0 text-muted" />
          )}
          <span className="min-w-0">
            <span className="block truncate">{name}</span>
            {error ? (
              <span role="alert" className="flex items-center gap-1 text-danger text-xs">
                <CircleAlert aria-hidden className="size-3 shrink-0" />
                <span className="truncate" title={error}>
                  {error}
                </span>
              </span>
            ) : (
              <span className="flex items-center gap-1 text-muted text-xs">
                {path === null && <Spinner className="size-3" />}
                {path === null ? `${t('uploading')} …` : format.bytes(size)}
              </span>
            )}
          </span>
          <IconButton icon={X} label={t('removeFile', { name })} small onClick={() => attachments.remove(id)} />
        </li>
      ))}
    </ul>
  )
}
