/** An address that leads nowhere. */
import { Link } from '@tanstack/react-router'
import { Compass } from 'lucide-react'
import { catalogue, useWords } from '../language/words.ts'
import { useTitle } from '../ui/page.tsx'
import { Empty } from '../ui/states.tsx'

const words = catalogue({
  title: ['There is no such page', '没有这个页面'],
  text: ['The address may be old.', '该地址可能已失效。'],
  chat: ['Go to the chat', '前往对话'],
})

export function NoSuchPage() {
  const t = useWords(words)
  useTitle(t('title'))
  return (
    <Empty
      icon={Compass}
      title={t('title')}
      text={t('text')}
      action={
        <Link to="/chat" className="font-medium text-accent text-sm underline underline-offset-4">
          {t('chat')}
        </Link>
      }
      className="h-full"
    />
  )
}
