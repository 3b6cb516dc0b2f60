/** Copies a text, and shows that it did. */
import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { catalogue, useWords } from '../language/words.ts'
import { IconButton } from './button.tsx'
import { noticeFailed } from './notice.tsx'

const words = catalogue({
  copy: ['Copy', '复制'],
  copied: ['Copied', '已复制'],
  refused: [
    'The browser does not let this page copy. Select the text and copy it yourself.',
    '浏览器不允许复制，请手动选择文本复制。',
  ],
})

export function CopyButton({ text, label }: { text: string; label?: string }) {
  const t = useWords(words)
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 1500)
    return () => clearTimeout(timer)
  }, [copied])
  return (
    <IconButton
      icon={copied ? Check : Copy}
      label={copied ? t('copied') : (label ?? t('copy'))}
      small
      onClick={() =>
        void copy(text).then(
          () => setCopied(true),
          () => noticeFailed(t('refused')),
        )
      }
    />
  )
}

/** Over plain http browsers have no clipboard for pages; the older way still works there. */
async function copy(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text)
  const area = document.createElement('textarea')
  area.value = text
  area.setAttribute('readonly', '')
  area.className = 'sr-only'
  document.body.append(area)
  area.select()
  const done = document.execCommand('copy')
  area.remove()
  if (!done) throw new Error('not allowed')
}
