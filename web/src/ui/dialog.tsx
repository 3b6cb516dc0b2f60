/** Dialogs and drawers on the browser's own `<dialog>`: it holds the focus, closes on Escape and makes the rest inert. */
import { X } from 'lucide-react'
import { createContext, type ReactNode, useContext, useEffect, useId, useRef, useState } from 'react'
import { catalogue, useWords } from '../language/words.ts'
import { IconButton } from './button.tsx'
import { classes } from './class-names.ts'

const Surface = createContext<HTMLElement | null>(null)

/** The open dialog around a component; what floats must stand in it, since everything else is out of reach meanwhile. */
export function useDialogSurface(): HTMLElement | null {
  return useContext(Surface)
}

const words = catalogue({ close: ['Close', '关闭'] })

export interface DialogProps {
  open: boolean
  /** Asked for by Escape, the cross or a press outside. */
  onClose: () => void
  title: ReactNode
  /** `drawer` comes from the side, over the whole height. */
  kind?: 'centre' | 'drawer'
  wide?: boolean
  className?: string
  /** Buttons at the foot. */
  actions?: ReactNode
  children?: ReactNode
}

export function Dialog({ open, onClose, title, kind = 'centre', wide, className, actions, children }: DialogProps) {
  const t = useWords(words)
  const dialog = useRef<HTMLDialogElement>(null)
  const [surface, setSurface] = useState<HTMLElement | null>(null)
  const titleId = useId()
  useEffect(() => {
    const element = dialog.current
    if (!element) return
    setSurface(element)
    if (open && !element.open) element.showModal()
    else if (!open && element.open) element.close()
  }, [open])
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it for keyboards
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onClick={(event) => event.target === event.currentTarget && onClose()}
      className={classes(
        'bg-surface p-0 text-text shadow-float',
        kind === 'drawer'
          ? 'm-0 h-dvh max-h-none w-[min(20rem,88vw)] max-w-none border-line border-r'
          : 'm-auto max-h-[min(90dvh,56rem)] w-[calc(100vw-2rem)] rounded-2xl border border-line',
        kind === 'centre' && (wide ? 'max-w-3xl' : 'max-w-md'),
        className,
      )}
    >
      <Surface value={surface}>
        {open && (
          <div className={classes('flex flex-col', kind === 'drawer' ? 'h-full' : 'max-h-[inherit]')}>
            <div className="flex items-center gap-2 py-3 pr-3 pl-5">
              <h2 id={titleId} className="min-w-0 flex-1 truncate font-semibold text-base">
                {title}
              </h2>
              <IconButton icon={X} label={t('close')} small onClick={onClose} />
            </div>
            <div className={classes('min-h-0 flex-1 overflow-y-auto', kind === 'centre' && 'px-5 pb-5')}>
              {children}
            </div>
            {actions && (
              <div className="flex flex-wrap justify-end gap-2 border-line border-t px-5 py-3">{actions}</div>
            )}
          </div>
        )}
      </Surface>
    </dialog>
  )
}
