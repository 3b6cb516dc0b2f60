/** Skills: what the agent knows how to do. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { PackageOpen, Plus, Sparkles } from 'lucide-react'
import { useState } from 'react'
import { useWords } from '../../language/words.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { Skeleton } from '../../ui/spinner.tsx'
import { SplitView } from '../../ui/split-view.tsx'
import { Empty, Failed } from '../../ui/states.tsx'
import { DropZone, ImportButton, useImporting } from './import-zone.tsx'
import { NewSkill } from './new-skill.tsx'
import { SkillList } from './skill-list.tsx'
import { SkillView } from './skill-view.tsx'
import { useSkills } from './skills.ts'
import { words } from './words.ts'

export function SkillsPage() {
  const t = useWords(words)
  const { skill: opened, file } = useSearch({ from: '/skills' })
  const navigate = useNavigate()
  const skills = useSkills()
  const [creating, setCreating] = useState(false)
  const open = (skill?: string) => void navigate({ to: '/skills', search: skill ? { skill } : {} })
  const importing = useImporting((names) => names.length === 1 && open(names[0]))
  const skill = skills.data?.find(({ id }) => id === opened)
  const none = skills.data?.length === 0
  return (
    <DropZone importing={importing}>
      <SplitView
        title={t('title')}
        actions={
          <>
            <ImportButton importing={importing} />
            <IconButton icon={Plus} label={t('newSkill')} small onClick={() => setCreating(true)} />
          </>
        }
        list={
          skills.isPending ? (
            <Skeleton lines={6} />
          ) : skills.isError && !skills.data ? (
            <Failed error={skills.error} onRetry={() => void skills.refetch()} />
          ) : none ? (
            <Empty
              icon={PackageOpen}
              title={t('none')}
              text={t('noneText')}
              action={<Button onClick={() => setCreating(true)}>{t('newSkill')}</Button>}
              className="py-8 md:hidden"
            />
          ) : (
            <SkillList skills={skills.data} current={opened} />
          )
        }
        content={
          opened &&
          skills.data &&
          (skill ? (
            <SkillView key={skill.id} skill={skill} file={file} onGone={() => open()} />
          ) : (
            <Empty icon={Sparkles} title={opened} text={t('gone')} className="h-full" />
          ))
        }
        empty={
          none ? (
            <Empty
              icon={PackageOpen}
              title={t('none')}
              text={t('noneText')}
              action={<Button onClick={() => setCreating(true)}>{t('newSkill')}</Button>}
              className="h-full"
            />
          ) : (
            <Empty icon={Sparkles} title={t('chooseTitle')} text={t('chooseText')} className="h-full" />
          )
        }
        onBack={() => open()}
        back={t('back')}
      />
      {creating && (
        <NewSkill
          onClose={() => setCreating(false)}
          onCreated={(name) => {
            setCreating(false)
            open(name)
          }}
        />
      )}
    </DropZone>
  )
}
