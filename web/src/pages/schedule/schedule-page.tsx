/** The schedule: jobs, their next runs and their past ones. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { CalendarClock, Plus } from 'lucide-react'
import { useState } from 'react'
import { useWords } from '../../language/words.ts'
import { Button } from '../../ui/button.tsx'
import { Page } from '../../ui/page.tsx'
import { Skeleton } from '../../ui/spinner.tsx'
import { Empty, Failed } from '../../ui/states.tsx'
import { JobDetails } from './job-details.tsx'
import { JobForm } from './job-form.tsx'
import { JobList } from './job-list.tsx'
import { useJobs } from './jobs.ts'
import { words } from './words.ts'

export function SchedulePage() {
  const t = useWords(words)
  const jobs = useJobs()
  const { job: opened } = useSearch({ from: '/schedule' })
  const navigate = useNavigate()
  const [form, setForm] = useState<'new' | 'edit' | null>(null)
  const open = (job?: string) => void navigate({ to: '/schedule', search: job ? { job } : {} })
  const job = jobs.data?.find(({ id }) => id === opened)
  return (
    <Page
      title={t('title')}
      lead={t('lead')}
      actions={
        <Button kind="primary" icon={Plus} onClick={() => setForm('new')}>
          {t('newJob')}
        </Button>
      }
    >
      {jobs.isPending ? (
        <Skeleton lines={6} />
      ) : jobs.isError && !jobs.data ? (
        <Failed error={jobs.error} onRetry={() => void jobs.refetch()} />
      ) : jobs.data.length === 0 ? (
        <Empty icon={CalendarClock} title={t('emptyTitle')} text={t('emptyText')} />
      ) : (
        <JobList jobs={jobs.data} onOpen={open} />
      )}
      {opened && jobs.data && !job && (
        <p role="alert" className="mt-4 text-muted text-sm">
          {t('gone')}
        </p>
      )}
      {job && form === null && <JobDetails job={job} onEdit={() => setForm('edit')} onClose={() => open()} />}
      {form !== null && <JobForm job={form === 'edit' ? job : undefined} onClose={() => setForm(null)} />}
    </Page>
  )
}
