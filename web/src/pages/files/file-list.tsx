/** What there is to open: documents, memory, and everything else as a tree. */
import { Brain, FileText } from 'lucide-react'
import { type ReactNode, useId } from 'react'
import { useWords } from '../../language/words.ts'
import { Skeleton } from '../../ui/spinner.tsx'
import { Failed } from '../../ui/states.tsx'
import { FileLink } from './file-link.tsx'
import { FolderTree } from './folder-tree.tsx'
import { words } from './words.ts'
import { LONG_TERM, useDocuments, useMemoryFiles } from './workspace-files.ts'

export function FileList({ current }: { current: string | undefined }) {
  const t = useWords(words)
  const documents = useDocuments()
  const memory = useMemoryFiles()
  const about = (name: string) => (Object.hasOwn(words, name) ? t(name as 'AGENTS.md') : undefined)
  return (
    <>
      <Group title={t('documents')}>
        {documents.isPending ? (
          <Skeleton lines={5} className="px-3" />
        ) : documents.isError ? (
          <Failed error={documents.error} onRetry={() => void documents.refetch()} />
        ) : (
          <ul>
            {documents.data.map((name) => (
              <li key={name}>
                <FileLink path={name} name={name} note={about(name)} icon={FileText} current={name === current} />
              </li>
            ))}
          </ul>
        )}
      </Group>
      <Group title={t('memory')}>
        {memory.isPending ? (
          <Skeleton lines={3} className="px-3" />
        ) : memory.isError ? (
          <Failed error={memory.error} onRetry={() => void memory.refetch()} />
        ) : memory.data.length === 0 ? (
          <p className="px-3 py-1 text-muted text-sm">{t('noMemory')}</p>
        ) : (
          <ul>
            {memory.data.map((path) => (
              <li key={path}>
                <FileLink
                  path={path}
                  name={path.replace(/^memory\//, '')}
                  note={path === LONG_TERM ? about(path) : undefined}
                  icon={Brain}
                  current={path === current}
                />
              </li>
            ))}
          </ul>
        )}
      </Group>
      <Group title={t('workspace')}>
        <FolderTree path="" current={current} />
      </Group>
    </>
  )
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  const id = useId()
  return (
    <section aria-labelledby={id} className="mb-4">
      <h2 id={id} className="px-3 pt-1 pb-1.5 font-medium text-muted text-xs">
        {title}
      </h2>
      {children}
    </section>
  )
}
