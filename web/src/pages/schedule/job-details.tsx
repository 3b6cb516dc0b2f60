/** One job: what it does, when, where its answer goes, and every run. */
import { Link } from '@tanstack/react-router'
import { Pencil, Play, Trash2 } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useWords } from '../../language/words.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { confirm } from '../../ui/confirm.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Moment } from '../../ui/moment.tsx'
import { noticeDone, noticeFailed } from '../../ui/notice.tsx'
import { useScheduleWords } from './in-words.ts'
import { act, type Job } from './jobs.ts'
import { RunLedger } from './run-ledger.tsx'
import { words } from './words.ts'

export interface JobDetailsProps {
  job: Job
  onEdit: () => void
  onClose: () => void
}

export function JobDetails({ job, onEdit, onClose }: JobDetailsProps) {
  const t = useWords(words)
  const inWords = useScheduleWords()
  const [starting, setStarting] = useState(false)
  const { id, name, message, schedule, state, enabled, deliver, channel, to, payload } = job
  const session = typeof payload.session === 'string' ? payload.session : `cron:${id}`

  async function run() {
    setStarting(true)
    try {
      await act({ action: 'run', id })
      noticeDone(t('started', { name }))
    } catch (error) {
      noticeFailed(error)
    } finally {
      setStarting(false)
    }
  }

  async function remove() {
    if (!(await confirm({ title: t('deleteTitle'), text: t('deleteText', { name }), action: t('delete') }))) return
    try {
      await act({ action: 'delete', id })
      onClose()
      noticeDone(t('deleted', { name }))
    } catch (error) {
      noticeFailed(error)
    }
  }

  return (
    <Dialog
      open
      onClose={onClose}
      title={name}
      wide
      actions={
        <>
          <IconButton
            icon={Trash2}
            label={t('delete')}
            kind="danger"
            onClick={() => void remove()}
            className="mr-auto"
          />
          <Button icon={Pencil} onClick={onEdit}>
            {t('edit')}
          </Button>
          <Button kind="primary" icon={Play} busy={starting} onClick={() => void run()}>
            {t('runNow')}
          </Button>
        </>
      }
    >
      <div className="space-y-5">
        <Part title={t('what')}>
          <p className="wrap-anywhere whitespace-pre-wrap">{message}</p>
        </Part>
        <Part title={t('when')}>
          <p>
            {inWords(schedule)}
            {schedule.tz && <span className="text-muted"> · {schedule.tz.replaceAll('_', ' ')}</span>}
          </p>
          {enabled && state.nextRunAtMs !== undefined && (
            <p className="mt-0.5 text-muted">
              {t('next')}: <Moment at={state.nextRunAtMs} />
            </p>
          )}
        </Part>
        <Part title={t('delivery')}>
          <p>{deliver && channel && to ? t('toChat', { channel, to }) : t('toSession')}</p>
          <Link
            to="/chat"
            search={{ session }}
            className="mt-0.5 inline-block font-medium text-accent underline underline-offset-4"
          >
            {t('openSession')}
          </Link>
        </Part>
        <Part title={t('runs')}>
          <RunLedger job={id} />
        </Part>
      </div>
    </Dialog>
  )
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="text-sm">
      <h3 className="mb-1 text-muted text-xs">{title}</h3>
      {children}
    </section>
  )
}
