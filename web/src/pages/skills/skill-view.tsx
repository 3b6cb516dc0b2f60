/** One skill: whether the agent sees it, what it says of itself, and its files. */
import { useNavigate } from '@tanstack/react-router'
import { Trash2, TriangleAlert } from 'lucide-react'
import { useWords } from '../../language/words.ts'
import { IconButton } from '../../ui/button.tsx'
import { confirm } from '../../ui/confirm.tsx'
import { DocumentEditor } from '../../ui/document/document-editor.tsx'
import { Select } from '../../ui/field.tsx'
import { noticeDone, noticeFailed } from '../../ui/notice.tsx'
import { Loading } from '../../ui/spinner.tsx'
import { Failed } from '../../ui/states.tsx'
import { Switch } from '../../ui/switch.tsx'
import {
  deleteSkill,
  loadSkillFile,
  type Skill,
  saveSkillFile,
  setSkillEnabled,
  skillFileKey,
  useSkillFiles,
} from './skills.ts'
import { words } from './words.ts'

export function SkillView({ skill, file, onGone }: { skill: Skill; file: string | undefined; onGone: () => void }) {
  const t = useWords(words)
  const navigate = useNavigate()
  const files = useSkillFiles(skill.id)
  const { name, enabled, description, problem, license } = skill
  const opened = file ?? files.data?.[0]

  async function remove() {
    const question = { title: t('deleteTitle', { name }), text: t('deleteText'), action: t('delete') }
    if (!(await confirm(question))) return
    try {
      await deleteSkill(skill.id)
      onGone()
      noticeDone(t('deleted', { name }))
    } catch (error) {
      noticeFailed(error)
    }
  }

  return (
    <div className="flex h-full flex-col">
      <header className="px-4 pt-4 pb-3">
        <div className="flex items-center gap-3">
          <h2 className="min-w-0 flex-1 truncate font-semibold text-lg tracking-tight">{name}</h2>
          <Switch
            checked={enabled}
            onChange={(on) => void setSkillEnabled(name, on).catch(noticeFailed)}
            label={t('enabled', { name })}
          />
          <IconButton icon={Trash2} label={t('delete')} small onClick={() => void remove()} />
        </div>
        <p className="mt-1 line-clamp-3 text-muted text-sm leading-relaxed">{description || t('noDescription')}</p>
        {license && (
          <p className="mt-1 text-muted text-xs">
            {t('license')}: {license}
          </p>
        )}
        {problem && (
          <p className="mt-2 flex items-start gap-2 rounded-lg bg-warn-soft px-3 py-2 text-sm text-warn">
            <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
            {problem}
          </p>
        )}
      </header>
      <div className="min-h-0 flex-1 border-line border-t">
        {files.isPending ? (
          <Loading />
        ) : files.isError ? (
          <Failed error={files.error} onRetry={() => void files.refetch()} />
        ) : (
          opened && (
            <DocumentEditor
              key={opened}
              queryKey={skillFileKey(skill.id, opened)}
              name={opened}
              actions={
                files.data.length > 1 && (
                  <Select
                    aria-label={t('files', { name })}
                    value={opened}
                    onChange={(event) =>
                      void navigate({ to: '/skills', search: { skill: skill.id, file: event.target.value } })
                    }
                    className="w-48"
                  >
                    {files.data.map((path) => (
                      <option key={path} value={path}>
                        {path}
                      </option>
                    ))}
                  </Select>
                )
              }
              load={() => loadSkillFile(skill.id, opened)}
              save={(text, version) => saveSkillFile(skill.id, opened, text, version)}
            />
          )
        )}
      </div>
    </div>
  )
}
