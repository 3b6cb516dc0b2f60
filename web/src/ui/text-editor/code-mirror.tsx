/** CodeMirror as a component. Loaded lazily by `TextEditor`. */
import { unifiedMergeView } from '@codemirror/merge'
import { Compartment, EditorState, type Extension } from '@codemirror/state'
import { keymap } from '@codemirror/view'
import { basicSetup, EditorView } from 'codemirror'
import { useEffect, useRef } from 'react'
import { catalogue, say } from '../../language/words.ts'
import { classes } from '../class-names.ts'
import { styleNonce } from '../style-nonce.ts'
import { languageOf } from './languages.ts'
import { look } from './look.ts'
import type { TextEditorProps } from './text-editor.tsx'

const words = catalogue({
  keep: ['Keep mine', '保留我的'],
  take: ['Take theirs', '采用对方的'],
})

export default function CodeMirror({
  label,
  name,
  value,
  onChange,
  onSave,
  readOnly = false,
  original,
  className,
}: TextEditorProps) {
  const place = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(null)
  /** What the editor told last: the same value coming back is no change. */
  const told = useRef(value)
  const handlers = useRef({ onChange, onSave })
  handlers.current = { onChange, onSave }

  // biome-ignore lint/correctness/useExhaustiveDependencies: the value at the start; later ones replace the text below
  useEffect(() => {
    const language = new Compartment()
    let gone = false
    told.current = value
    const editor = new EditorView({
      parent: place.current!,
      state: EditorState.create({
        doc: value,
        extensions: [
          EditorView.cspNonce.of(styleNonce()),
          basicSetup,
          look,
          language.of([]),
          EditorView.lineWrapping,
          // The tabindex tells screen readers that what scrolls can be reached.
          EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
          EditorState.readOnly.of(readOnly),
          keymap.of([
            {
              key: 'Mod-s',
              preventDefault: true,
              run: () => {
                handlers.current.onSave?.()
                return true
              },
            },
          ]),
          EditorView.updateListener.of((update) => {
            if (!update.docChanged) return
            told.current = update.state.doc.toString()
            handlers.current.onChange?.(told.current)
          }),
          original === undefined ? [] : difference(original),
        ],
      }),
    })
    view.current = editor
    void languageOf(name).then((extension) => {
      if (!gone) editor.dispatch({ effects: language.reconfigure(extension) })
    })
    return () => {
      gone = true
      editor.destroy()
      view.current = null
    }
  }, [label, name, readOnly, original])

  useEffect(() => {
    if (value === told.current) return
    told.current = value
    const editor = view.current
    editor?.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } })
  }, [value])

  return <div ref={place} className={classes('h-full min-h-0 overflow-hidden', className)} />
}

/** What the text has instead of `original`, piece by piece, each with a way back. */
function difference(original: string): Extension {
  return unifiedMergeView({
    original,
    highlightChanges: true,
    gutter: true,
    collapseUnchanged: { margin: 3, minSize: 8 },
    mergeControls(kind, action) {
      const button = document.createElement('button')
      button.type = 'button'
      button.textContent = say(words, kind === 'accept' ? 'keep' : 'take')
      button.addEventListener('mousedown', (event) => event.preventDefault())
      button.addEventListener('click', action)
      return button
    },
  })
}
