/** Takes archives that are dropped on it, or chosen with its button. */
import { PackageOpen, Upload } from 'lucide-react'
import { type DragEvent, type ReactNode, useRef, useState } from 'react'
import { say, useWords } from '../../language/words.ts'
import { IconButton } from '../../ui/button.tsx'
import { noticeDone, noticeFailed } from '../../ui/notice.tsx'
import { importSkills } from './skills.ts'
import { words } from './words.ts'

export interface Importing {
  /** The archive that is on its way; null when there is none. */
  busy: string | null
  take: (archives: Iterable<File>) => Promise<void>
}

/** Imports archives one after the other; `onImported` hears the skills of each. */
export function useImporting(onImported: (names: readonly string[]) => void): Importing {
  const [busy, setBusy] = useState<string | null>(null)
  return {
    busy,
    async take(archives) {
      for (const archive of archives) {
        setBusy(archive.name)
        try {
          const names = await importSkills(archive)
          noticeDone(say(words, 'imported', { n: names.length, names: names.join(', ') }))
          onImported(names)
        } catch (error) {
          noticeFailed(error)
        }
      }
      setBusy(null)
    },
  }
}

/** A button that opens the file chooser. */
export function ImportButton({ importing }: { importing: Importing }) {
  const t = useWords(words)
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <IconButton
        icon={Upload}
        label={t('import')}
        small
        disabled={importing.busy !== null}
        onClick={() => input.current?.click()}
      />
      <input
        ref={input}
        type="file"
        accept=".zip,.tar,.gz,.tgz"
        multiple
        hidden
        onChange={(event) => {
          const files = [...(event.target.files ?? [])]
          event.target.value = ''
          void importing.take(files)
        }}
      />
    </>
  )
}

/** The place where archives can be dropped: everything in it. */
export function DropZone({ importing, children }: { importing: Importing; children: ReactNode }) {
  const t = useWords(words)
  const [over, setOver] = useState(false)
  const hasFiles = (event: DragEvent) => event.dataTransfer.types.includes('Files')
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is the short way of the import button
    <div
      className="relative h-full"
      onDragOver={(event) => {
        if (!hasFiles(event)) return
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={(event) => !event.currentTarget.contains(event.relatedTarget as Node | null) && setOver(false)}
      onDrop={(event) => {
        if (!hasFiles(event)) return
        event.preventDefault()
        setOver(false)
        void importing.take([...event.dataTransfer.files])
      }}
    >
      {children}
      <div role="status">
        {(over || importing.busy !== null) && (
          <div className="pointer-events-none absolute inset-3 z-30 flex flex-col items-center justify-center gap-3 rounded-2xl border-2 border-accent border-dashed bg-page/90 text-accent">
            <PackageOpen aria-hidden className="size-8" />
            <p className="font-medium text-sm">
              {importing.busy === null ? t('dropHere') : t('importing', { name: importing.busy })}
            </p>
          </div>
        )}
      </div>
    </div>
  )
}
