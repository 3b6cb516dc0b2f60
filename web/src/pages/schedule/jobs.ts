/** The schedule over the API. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { answer, api } from '../../api/client.ts'
import { queries } from '../../api/queries.ts'
import type { paths, Schemas } from '../../api/schema.d.ts'
import { noticeFailed } from '../../ui/notice.tsx'

export type Job = Schemas['CronJob']
export type Run = Schemas['CronRun']
export type JobRequest = paths['/api/cron']['post']['requestBody']['content']['application/json']

const KEY = ['cron', 'jobs']

/** All jobs, in order of creation. */
export function useJobs() {
  return useQuery({
    queryKey: KEY,
    async queryFn() {
      const answered = await answer(api.GET('/api/cron'))
      return 'jobs' in answered ? answered.jobs : []
    },
  })
}

/** The runs of a job, newest first. */
export function useRuns(id: string) {
  return useQuery({
    queryKey: ['cron', 'runs', id],
    queryFn: async () => (await answer(api.GET('/api/cron/runs', { params: { query: { id, limit: 50 } } }))).runs,
  })
}

/** Carries an action out and shows the schedule anew. */
export async function act(body: JobRequest): Promise<void> {
  try {
    await answer(api.POST('/api/cron', { body }))
  } finally {
    await queries.invalidateQueries({ queryKey: ['cron'] })
  }
}

/** Switches jobs on and off; the switch moves at once, and back when the gateway refuses. */
export function useSwitching() {
  return useMutation({
    mutationFn: ({ id, enabled }: { id: string; enabled: boolean }) =>
      act({ action: enabled ? 'enable' : 'disable', id }),
    onMutate: ({ id, enabled }) =>
      queries.setQueryData<Job[]>(KEY, (jobs) => jobs?.map((job) => (job.id === id ? { ...job, enabled } : job))),
    onError: noticeFailed,
  })
}
