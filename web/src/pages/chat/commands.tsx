/** Completion of slash commands. */
import { useQuery } from '@tanstack/react-query'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { answer, api } from '../../api/client.ts'
import { useLanguage } from '../../language/language.ts'
import { useWords } from '../../language/words.ts'
import { words } from './words.ts'

/** The gateway explains its commands in English; one that is not here is shown as it explains it. */
const IN_CHINESE: Readonly<Record<string, string>> = {
  '/help': '查看可用的命令',
  '/status': '版本、模型和本会话的大小',
  '/model': '查看或选择本会话的模型（/model 服务商/名称）',
  '/new': '重新开始：内容仍保存，但助手不再记得',
  '/compact': '立即压缩本会话较早的内容',
  '/usage': '本会话已使用的 token',
  '/stop': '停止正在生成的回答',
}

export interface Commands {
  open: boolean
  matches: ReadonlyArray<{ name: string; help: string }>
  /** The marked one. */
  active: number
  /** Marks one. */
  mark(index: number): void
  choose(index: number): void
  /** Takes a key; true when it was meant for the list. */
  key(event: KeyboardEvent): boolean
}

/** The commands that `text` can become; `onChoose` gets the text of the chosen one. */
export function useCommands(text: string, onChoose: (text: string) => void): Commands {
  const [active, setActive] = useState(0)
  const [dismissed, setDismissed] = useState<string | null>(null)
  const typed = /^\/[a-z]*$/i.test(text) ? text.toLowerCase() : null
  const { data } = useQuery({
    queryKey: ['chat', 'commands'],
    queryFn: () => answer(api.GET('/api/chat/commands')),
    staleTime: Infinity,
    enabled: typed !== null,
  })
  const matches = typed === null ? [] : (data?.commands ?? []).filter(({ name }) => name.startsWith(typed))
  const open = matches.length > 0 && dismissed !== text && !(matches.length === 1 && matches[0]!.name === typed)
  const marked = Math.min(active, Math.max(0, matches.length - 1))

  const choose = (index: number) => {
    const chosen = matches[index]
    if (!chosen) return
    setActive(0)
    onChoose(`${chosen.name} `)
  }
  return {
    open,
    matches,
    active: marked,
    mark: setActive,
    choose,
    key(event) {
      if (!open) return false
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
      if (step) setActive((marked + step + matches.length) % matches.length)
      else if (event.key === 'Tab' || (event.key === 'Enter' && !event.shiftKey)) choose(marked)
      else if (event.key === 'Escape') setDismissed(text)
      else return false
      event.preventDefault()
      return true
    },
  }
}

/** The list above the text. The focus stays in the text. */
export function CommandMenu({ id, commands }: { id: string; commands: Commands }) {
  const t = useWords(words)
  const translated = useLanguage() === 'zh' ? IN_CHINESE : {}
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    list.current?.children[commands.active]?.scrollIntoView({ block: 'nearest' })
  }, [commands.active])
  return (
    <div
      ref={list}
      id={id}
      role="listbox"
      aria-label={t('commands')}
      className="absolute inset-x-0 bottom-full z-10 mb-2 max-h-72 overflow-y-auto rounded-xl border border-line bg-surface p-1 shadow-float"
    >
      {commands.matches.map(({ name, help }, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: keys come from the text field, which has the focus
        <div
          key={name}
          id={`${id}-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === commands.active}
          onMouseDown={(event) => event.preventDefault()}
          onMouseEnter={() => commands.mark(index)}
          onClick={() => commands.choose(index)}
          className="flex gap-3 rounded-lg px-3 py-2 text-sm aria-selected:bg-hover"
        >
          <span className="w-24 shrink-0 font-medium font-mono text-[0.8125rem] leading-5">{name}</span>
          <span className="min-w-0 flex-1 truncate text-muted">{translated[name] ?? help}</span>
        </div>
      ))}
    </div>
  )
}
