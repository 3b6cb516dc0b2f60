/** Edits one file of the gateway. Nobody's change is overwritten unseen: it is shown beside the draft first. */
import { useQuery } from '@tanstack/react-query'
import { useBlocker } from '@tanstack/react-router'
import { GitCompareArrows, Save } from 'lucide-react'
import { type ReactNode, useEffect, useState } from 'react'
import { queries } from '../../api/queries.ts'
import { isStale, type VersionedText } from '../../api/versioned.ts'
import { useWords } from '../../language/words.ts'
import { Badge } from '../badge.tsx'
import { Button } from '../button.tsx'
import { confirm } from '../confirm.tsx'
import { noticeDone, noticeFailed } from '../notice.tsx'
import { Loading } from '../spinner.tsx'
import { Failed } from '../states.tsx'
import { TextEditor } from '../text-editor/text-editor.tsx'
import { type DocumentState, isChanged, opened, withRead, withSaved } from './document-state.ts'
import { words } from './words.ts'

export interface DocumentEditorProps {
  /** Of the query that reads it; its first part is the room. */
  queryKey: readonly string[]
  /** The file's name, for the heading and the language. */
  name: string
  /** A line under the name. */
  note?: ReactNode
  /** The same while there is no such file. */
  newNote?: ReactNode
  /** Beside the save button. */
  actions?: ReactNode
  load: () => Promise<VersionedText>
  /** Saves over `version` only, and returns the new one. */
  save: (text: string, version: string | null) => Promise<string | null>
}

export function DocumentEditor(props: DocumentEditorProps) {
  const { queryKey, load } = props
  const read = useQuery({ queryKey, queryFn: load })
  if (read.isPending) return <Loading />
  if (read.isError && !read.data) return <Failed error={read.error} onRetry={() => void read.refetch()} />
  return <Opened key={queryKey.join('\n')} {...props} read={read.data} />
}

function Opened(props: DocumentEditorProps & { read: VersionedText }) {
  const { queryKey, name, note, newNote, actions, load, save, read } = props
  const t = useWords(words)
  const [state, setState] = useState<DocumentState>(() => opened(read))
  const [comparing, setComparing] = useState(false)
  const [saving, setSaving] = useState(false)
  const changed = isChanged(state)
  const { theirs, base } = state
  const isNew = base.version === null
  const shownNote = isNew ? (newNote ?? note) : note
  useEffect(() => setState((now) => withRead(now, read)), [read])
  useBlocker({
    enableBeforeUnload: () => changed,
    shouldBlockFn: async () =>
      changed && !(await confirm({ title: t('leave'), text: t('leaveText', { name }), action: t('discard') })),
  })

  async function store(over: VersionedText) {
    if (saving) return
    const text = state.draft
    setSaving(true)
    try {
      const version = await save(text, over.version)
      setState((now) => withSaved(now, text, version))
      setComparing(false)
      queries.setQueryData<VersionedText>(queryKey, { text, version })
      noticeDone(t('saved', { name }))
    } catch (error) {
      if (isStale(error)) await look()
      else noticeFailed(error)
    } finally {
      setSaving(false)
    }
  }

  /** Somebody else saved: both texts, side by side. */
  async function look() {
    try {
      const now = await load()
      queries.setQueryData<VersionedText>(queryKey, now)
      setState((before) => withRead(before, now))
      setComparing(true)
    } catch (error) {
      noticeFailed(error)
    }
  }

  function takeTheirs() {
    if (theirs) setState(opened(theirs))
    setComparing(false)
  }

  const type = (draft: string) => setState((now) => ({ ...now, draft }))
  return (
    <div className="flex h-full flex-col">
      <header className="flex min-h-14 flex-wrap items-center gap-x-3 gap-y-2 border-line border-b px-4 py-2">
        <div className="min-w-0 flex-1 basis-40">
          <h2 className="wrap-anywhere font-medium font-mono text-sm">{name}</h2>
          {shownNote && <p className="text-muted text-xs">{shownNote}</p>}
        </div>
        <span role="status">{changed && <Badge tone="warn">{t('unsaved')}</Badge>}</span>
        {actions}
        {!(comparing && theirs) && (
          <Button
            kind="primary"
            small
            icon={Save}
            busy={saving}
            disabled={!changed && !isNew}
            onClick={() => void (theirs ? setComparing(true) : store(base))}
          >
            {t('save')}
          </Button>
        )}
      </header>
      {theirs && (
        <div
          role="alert"
          className="flex flex-wrap items-center gap-x-4 gap-y-2 bg-warn-soft px-4 py-2.5 text-sm text-warn"
        >
          <p className="min-w-0 flex-1 basis-56">
            {theirs.version === null ? t('theyDeleted') : comparing ? t('comparing') : t('theyChanged')}
          </p>
          {comparing ? (
            <div className="flex flex-wrap gap-2">
              <Button small onClick={takeTheirs}>
                {t('takeTheirs')}
              </Button>
              <Button small kind="primary" busy={saving} onClick={() => void store(theirs)}>
                {t('saveOver')}
              </Button>
            </div>
          ) : (
            <Button small icon={GitCompareArrows} onClick={() => setComparing(true)}>
              {t('compare')}
            </Button>
          )}
        </div>
      )}
      <div className="min-h-0 flex-1">
        {comparing && theirs ? (
          <TextEditor
            label={t('both', { name })}
            name={name}
            value={state.draft}
            original={theirs.text}
            onChange={type}
          />
        ) : (
          <TextEditor
            label={t('editorOf', { name })}
            name={name}
            value={state.draft}
            onChange={type}
            onSave={() => void (theirs ? setComparing(true) : (changed || isNew) && store(base))}
          />
        )}
      </div>
    </div>
  )
}
