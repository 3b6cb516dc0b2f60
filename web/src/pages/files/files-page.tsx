/** Files and memory: everything the agent reads and writes, to look at and to change. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { FilePlus2, FolderOpen, RotateCw, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { queries } from '../../api/queries.ts'
import { isStale, type VersionedText } from '../../api/versioned.ts'
import { useWords } from '../../language/words.ts'
import { IconButton } from '../../ui/button.tsx'
import { confirm } from '../../ui/confirm.tsx'
import { DocumentEditor } from '../../ui/document/document-editor.tsx'
import { noticeDone, noticeFailed } from '../../ui/notice.tsx'
import { SplitView } from '../../ui/split-view.tsx'
import { Empty } from '../../ui/states.tsx'
import { FileList } from './file-list.tsx'
import { NewFile } from './new-file.tsx'
import { words } from './words.ts'
import { deleteFile, fileKey, loadFile, saveFile } from './workspace-files.ts'

export function FilesPage() {
  const t = useWords(words)
  const { path } = useSearch({ from: '/files' })
  const navigate = useNavigate()
  const [creating, setCreating] = useState(false)
  const open = (next?: string) => void navigate({ to: '/files', search: next ? { path: next } : {} })
  return (
    <>
      <SplitView
        title={t('title')}
        actions={
          <>
            <IconButton
              icon={RotateCw}
              label={t('refresh')}
              small
              onClick={() => void queries.invalidateQueries({ queryKey: ['files'] })}
            />
            <IconButton icon={FilePlus2} label={t('newFile')} small onClick={() => setCreating(true)} />
          </>
        }
        list={<FileList current={path} />}
        content={path && <OpenFile key={path} path={path} onGone={() => open()} />}
        empty={<Empty icon={FolderOpen} title={t('chooseTitle')} text={t('chooseText')} className="h-full" />}
        onBack={() => open()}
        back={t('back')}
      />
      {creating && (
        <NewFile
          onClose={() => setCreating(false)}
          onCreate={(created) => {
            setCreating(false)
            open(created)
          }}
        />
      )}
    </>
  )
}

function OpenFile({ path, onGone }: { path: string; onGone: () => void }) {
  const t = useWords(words)

  async function remove() {
    if (!(await confirm({ title: t('deleteTitle', { name: path }), text: t('deleteText'), action: t('delete') })))
      return
    try {
      await deleteFile(path, queries.getQueryData<VersionedText>(fileKey(path))?.version ?? null)
      onGone()
      noticeDone(t('deleted', { name: path }))
    } catch (error) {
      noticeFailed(isStale(error) ? t('deleteStale', { name: path }) : error)
    }
  }

  return (
    <DocumentEditor
      queryKey={fileKey(path)}
      name={path}
      note={Object.hasOwn(words, path) ? t(path as 'AGENTS.md') : undefined}
      newNote={t('notYet')}
      actions={<IconButton icon={Trash2} label={t('delete')} small onClick={() => void remove()} />}
      load={() => loadFile(path)}
      save={(text, version) => saveFile(path, text, version)}
    />
  )
}
