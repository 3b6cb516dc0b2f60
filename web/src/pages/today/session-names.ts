/** What sessions are called on this page: their title, the job they belong to, or their key. */
import { useQuery } from '@tanstack/react-query'
import { answer, api } from '../../api/client.ts'
import { useWords } from '../../language/words.ts'
import { useJobs } from '../schedule/jobs.ts'
import { words } from './words.ts'

/** Names sessions by their keys, in a component. */
export function useSessionNames(): (key: string) => string {
  const t = useWords(words)
  const jobs = useJobs()
  const sessions = useQuery({
    queryKey: ['sessions', 'names'],
    queryFn: () =>
      answer(api.GET('/api/sessions', { params: { query: { titles: '1', limit: 200, include_internal: '1' } } })),
  })
  const titles = new Map(sessions.data?.sessions.map(({ key, title }) => [key, title]))
  return (key) => {
    const job = key.startsWith('cron:') && jobs.data?.find(({ id }) => key === `cron:${id}`)
    if (job) return job.name
    return titles.get(key) || (key === 'main' ? t('main') : key.startsWith('heartbeat:') ? t('heartbeat') : key)
  }
}
