/** The files of a message that was sent, from here or through a channel: images to look at, the rest to download. */
import { useQuery } from '@tanstack/react-query'
import { Download, File } from 'lucide-react'
import { useState } from 'react'
import { ask } from '../../api/client.ts'
import { useWords } from '../../language/words.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { isImageName, mayBeGone, uploadAddress, uploadName } from './upload-path.ts'
import { words } from './words.ts'

export function SentFiles({ paths }: { paths: readonly string[] }) {
  const t = useWords(words)
  return (
    <ul aria-label={t('attachments')} className="flex flex-wrap gap-2 py-1">
      {paths.map((path) => (
        <li key={path} className="max-w-full">
          <SentFile path={path} />
        </li>
      ))}
    </ul>
  )
}

function SentFile({ path }: { path: string }) {
  // Its name can be wrong, and its time over.
  const [broken, setBroken] = useState(false)
  const name = uploadName(path)
  const address = uploadAddress(path)
  if (address === null) return <FileChip name={name} />
  if (isImageName(name) && !broken) return <SentImage name={name} address={address} onBroken={() => setBroken(true)} />
  return <SentDocument name={name} address={address} doubtful={broken || mayBeGone(path, Date.now())} />
}

function SentImage({ name, address, onBroken }: { name: string; address: string; onBroken: () => void }) {
  const t = useWords(words)
  const [enlarged, setEnlarged] = useState(false)
  return (
    <>
      <button
        type="button"
        aria-label={t('enlarge', { name })}
        title={name}
        onClick={() => setEnlarged(true)}
        className="block max-w-full cursor-zoom-in overflow-hidden rounded-lg"
      >
        {/* The height is known before the image is, so that nothing jumps. */}
        <img
          src={address}
          alt=""
          loading="lazy"
          decoding="async"
          onError={onBroken}
          className="h-40 min-w-16 max-w-full bg-surface object-cover"
        />
      </button>
      <Dialog
        open={enlarged}
        onClose={() => setEnlarged(false)}
        title={name}
        wide
        className="max-w-5xl"
        actions={<DownloadLink name={name} address={address} />}
      >
        <img src={address} alt={name} className="mx-auto max-h-[65dvh] max-w-full rounded-lg" />
      </Dialog>
    </>
  )
}

/** `doubtful`: the gateway is asked whether it still has the file. */
function SentDocument({ name, address, doubtful }: { name: string; address: string; doubtful: boolean }) {
  const t = useWords(words)
  const kept = useQuery({ queryKey: ['upload', address], enabled: doubtful, queryFn: () => isThere(address) })
  if (kept.data === false) return <FileChip name={name} note={t('fileGone')} />
  return (
    <a
      href={address}
      download={name}
      aria-label={t('download', { name })}
      className="flex min-h-9 max-w-full items-center gap-2 rounded-lg bg-surface px-2.5 py-1.5 text-sm hover:bg-hover"
    >
      <File aria-hidden className="size-4 shrink-0 text-muted" />
      <span className="truncate">{name}</span>
      <Download aria-hidden className="size-4 shrink-0 text-muted" />
    </a>
  )
}

function FileChip({ name, note }: { name: string; note?: string }) {
  return (
    <span className="flex min-h-9 max-w-full items-center gap-2 rounded-lg bg-surface px-2.5 py-1.5 text-sm">
      <File aria-hidden className="size-4 shrink-0 text-muted" />
      <span className="truncate">{name}</span>
      {note && <span className="shrink-0 text-muted text-xs">{note}</span>}
    </span>
  )
}

function DownloadLink({ name, address }: { name: string; address: string }) {
  const t = useWords(words)
  return (
    <a
      href={address}
      download={name}
      aria-label={t('download', { name })}
      className="inline-flex h-10 items-center gap-2 rounded-lg border border-line-strong px-4 font-medium text-sm hover:bg-hover"
    >
      <Download aria-hidden className="size-4" />
      {t('downloadIt')}
    </a>
  )
}

/** Asks for the file and takes no more than the answer's head. */
async function isThere(address: string): Promise<boolean> {
  const response = await ask(address)
  await response.body?.cancel()
  return response.status !== 404
}
