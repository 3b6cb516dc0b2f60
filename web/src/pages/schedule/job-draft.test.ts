import { describe, expect, it } from 'vitest'
import { draftOf, jobRequest, missingIn } from './job-draft.ts'
import type { Job } from './jobs.ts'

const NOW = Date.parse('2026-11-23T12:00:00Z')
const job = {
  id: '7',
  name: 'Report',
  message: 'Look',
  deliver: true,
  channel: 'telegram',
  to: '42',
  deleteAfterRun: false,
  schedule: { kind: 'cron', expr: '@every 1h0m0s' },
  policy: { overlap: 'queue', missed: 'skip', retries: null, timeoutSec: 60 },
} as Job

describe('the form of a job', () => {
  it('leaves a schedule alone that nobody edited: an interval keeps its phase', () => {
    const draft = { ...draftOf(job, NOW), message: 'Look again' }
    const sent = jobRequest(draft, job, NOW + 60_000)
    expect(sent).toMatchObject({ action: 'update', id: '7', message: 'Look again', overlap: 'queue', timeoutSec: 60 })
    expect('expr' in sent || 'at' in sent).toBe(false)
    const edited = { ...draft, timing: { ...draft.timing, every: '2' } }
    expect(jobRequest(edited, job, NOW)).toMatchObject({ expr: '@every 2h', tz: null })
  })

  it('clears a chat that was taken out, and names a job after its instruction', () => {
    const draft = { ...draftOf(undefined, NOW), message: '  Water the plants ', channel: ' ' }
    expect(jobRequest(draft, undefined, NOW)).toMatchObject({
      action: 'create',
      name: 'Water the plants',
      channel: null,
      to: null,
    })
  })

  it('says what is missing', () => {
    const draft = draftOf(undefined, NOW)
    expect(missingIn(draft, NOW)).toBe('message')
    expect(missingIn({ ...draft, message: 'x', timing: { ...draft.timing, expr: '' } }, NOW)).toBe('timing')
    expect(missingIn({ ...draft, message: 'x' }, NOW)).toBeNull()
  })
})
