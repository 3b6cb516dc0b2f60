/** An editor for texts and code, loaded when the first one is shown. */
import { lazy, Suspense } from 'react'
import { Loading } from '../spinner.tsx'

const CodeMirror = lazy(() => import('./code-mirror.tsx'))

export interface TextEditorProps {
  /** What is edited, for screen readers. */
  label: string
  /** The file's name: its ending says the language. */
  name: string
  /** The text. A value that did not come from `onChange` replaces what is there. */
  value: string
  onChange?: (value: string) => void
  /** Ctrl+S or ⌘S. */
  onSave?: () => void
  readOnly?: boolean
  /** Shows what `value` has instead of this text, with buttons to take pieces of it back. */
  original?: string
  className?: string
}

/** Fills its place; give it a height. Tab leaves it, as everywhere on the page. */
export function TextEditor(props: TextEditorProps) {
  return (
    <Suspense fallback={<Loading />}>
      <CodeMirror {...props} />
    </Suspense>
  )
}
