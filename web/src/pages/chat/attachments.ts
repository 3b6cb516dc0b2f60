/** Files on their way into a message: uploaded as soon as they are chosen, sent along with it. */
import { useEffect, useRef, useState } from 'react'
import { ask, failureOf } from '../../api/client.ts'
import { failureText } from '../../api/failure.ts'
import { say } from '../../language/words.ts'
import { noticeFailed } from '../../ui/notice.tsx'
import { words } from './words.ts'

const MAX_BYTES = 100 * 1024 * 1024

export interface Attachment {
  id: number
  name: string
  size: number
  /** An address of this page that shows it, for images. */
  preview: string | null
  /** Where the gateway keeps it, once it is uploaded. */
  path: string | null
  error: string | null
}

export interface Attachments {
  items: readonly Attachment[]
  uploading: boolean
  /** Uploads files; too large ones are refused with a notice. */
  add(files: Iterable<File>): void
  remove(id: number): void
  clear(): void
}

/** The attachments of one message that is being written. */
export function useAttachments(): Attachments {
  const [items, setItems] = useState<readonly Attachment[]>([])
  const last = useRef(0)
  const previews = useRef(new Set<string>())
  useEffect(() => {
    const made = previews.current
    return () => {
      for (const address of made) URL.revokeObjectURL(address)
    }
  }, [])

  const update = (id: number, change: Partial<Attachment>) =>
    setItems((now) => now.map((item) => (item.id === id ? { ...item, ...change } : item)))

  return {
    items,
    uploading: items.some(({ path, error }) => path === null && error === null),
    add(files) {
      for (const file of files) {
        if (file.size > MAX_BYTES) {
          noticeFailed(say(words, 'tooLarge', { name: file.name }))
          continue
        }
        const id = ++last.current
        const preview = file.type.startsWith('image/') ? URL.createObjectURL(file) : null
        if (preview) previews.current.add(preview)
        setItems((now) => [...now, { id, name: file.name, size: file.size, preview, path: null, error: null }])
        upload(file).then(
          (path) => update(id, { path }),
          (error: unknown) => update(id, { error: failureText(error) }),
        )
      }
    },
    remove: (id) => setItems((now) => now.filter((item) => item.id !== id)),
    clear: () => setItems([]),
  }
}

async function upload(file: File): Promise<string> {
  const form = new FormData()
  // A pasted picture has no name of its own.
  form.set('file', file, file.name || `pasted.${file.type.split('/')[1] ?? 'bin'}`)
  const response = await ask('/api/upload', { method: 'POST', body: form })
  if (!response.ok) throw failureOf(response.status, await response.text())
  return ((await response.json()) as { path: string }).path
}
