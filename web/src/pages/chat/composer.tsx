/** Where a message is written: text, files, commands, the model; sends, or stops the answer that is being written. */
import { ArrowUp, Paperclip, Square } from 'lucide-react'
import {
  type ChangeEvent,
  type ClipboardEvent,
  type KeyboardEvent,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'
import { answer, api } from '../../api/client.ts'
import { keepSetting, keptSetting } from '../../app/kept-setting.ts'
import { useWords } from '../../language/words.ts'
import { IconButton } from '../../ui/button.tsx'
import { noticeFailed } from '../../ui/notice.tsx'
import { AttachmentList } from './attachment-list.tsx'
import type { Attachments } from './attachments.ts'
import { CommandMenu, useCommands } from './commands.tsx'
import { ModelPicker } from './model-picker.tsx'
import type { Draft } from './sending.ts'
import { words } from './words.ts'

export interface ComposerProps {
  session: string
  /** The model chosen for the session. */
  model: string | null
  attachments: Attachments
  /** The turn that runs, to be stopped. */
  running: number | null
  onSend: (draft: Draft) => Promise<void>
}

export function Composer({ session, model, attachments, running, onSend }: ComposerProps) {
  const t = useWords(words)
  const area = useRef<HTMLTextAreaElement>(null)
  const files = useRef<HTMLInputElement>(null)
  const menuId = useId()
  const [text, setText] = useKeptDraft(session)
  const [stopping, setStopping] = useState(false)
  const commands = useCommands(text, (chosen) => {
    setText(chosen)
    area.current?.focus()
  })
  const media = attachments.items.flatMap(({ path }) => (path === null ? [] : [path]))
  const ready = !attachments.uploading && (text.trim() !== '' || media.length > 0)

  useLayoutEffect(() => {
    const element = area.current
    if (!element) return
    // Measured anew for each text; the wish is read off so that the effect runs for it.
    element.style.height = text === '' ? '' : 'auto'
    if (text !== '') element.style.height = `${element.scrollHeight}px`
  }, [text])
  useEffect(() => {
    // A phone's keyboard would hide the conversation that was just opened.
    if (matchMedia('(pointer: fine)').matches) area.current?.focus()
  }, [])

  const submit = () => {
    if (!ready) return
    setText('')
    attachments.clear()
    void onSend({ text: text.trim(), media })
  }
  const stop = async () => {
    if (running === null) return
    setStopping(true)
    await answer(api.POST('/api/chat/stop', { body: { turn: running } })).catch(noticeFailed)
    setStopping(false)
  }
  const keys = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || commands.key(event)) return
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault()
      submit()
    } else if (event.key === 'Escape' && running !== null) void stop()
  }
  const paste = (event: ClipboardEvent) => {
    if (event.clipboardData.files.length === 0) return
    event.preventDefault()
    attachments.add(event.clipboardData.files)
  }
  const choose = (event: ChangeEvent<HTMLInputElement>) => {
    attachments.add(event.target.files ?? [])
    event.target.value = ''
  }
  return (
    <div className="shrink-0 px-3 pb-[max(0.75rem,env(safe-area-inset-bottom))] sm:px-6">
      <div className="relative mx-auto max-w-3xl">
        {commands.open && <CommandMenu id={menuId} commands={commands} />}
        <div className="rounded-2xl border border-line-strong bg-surface shadow-xs transition-colors focus-within:border-accent">
          {attachments.items.length > 0 && <AttachmentList attachments={attachments} />}
          <textarea
            ref={area}
            rows={1}
            value={text}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={keys}
            onPaste={paste}
            aria-label={t('message')}
            placeholder={t('placeholder')}
            aria-autocomplete="list"
            aria-haspopup="listbox"
            aria-controls={commands.open ? menuId : undefined}
            aria-activedescendant={commands.open ? `${menuId}-${commands.active}` : undefined}
            className="block max-h-[40dvh] w-full resize-none bg-transparent px-4 pt-3 pb-1 text-base leading-relaxed outline-none sm:text-[0.9375rem]"
          />
          <div className="flex items-center gap-1 p-1.5">
            <input ref={files} type="file" multiple hidden onChange={choose} />
            <IconButton icon={Paperclip} label={t('attach')} onClick={() => files.current?.click()} />
            <ModelPicker session={session} chosen={model} />
            <span className="flex-1" />
            {running !== null && (
              <IconButton
                icon={Square}
                label={t('stop')}
                kind="plain"
                disabled={stopping}
                onClick={() => void stop()}
              />
            )}
            <IconButton icon={ArrowUp} label={t('send')} kind="primary" disabled={!ready} onClick={submit} />
          </div>
        </div>
      </div>
    </div>
  )
}

/** The text that is being written; it outlives the page. */
function useKeptDraft(session: string): [string, (text: string) => void] {
  const name = `draft.${session}`
  const [text, setText] = useState(() => keptSetting(name) ?? '')
  return [
    text,
    (next) => {
      setText(next)
      keepSetting(name, next === '' ? null : next)
    },
  ]
}
