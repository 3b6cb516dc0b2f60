/** The whole page: signed in, the pages; else what stands in the way. */
import { RouterProvider } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { useConnection } from '../api/connection.ts'
import { queries } from '../api/queries.ts'
import { catalogue, useWords } from '../language/words.ts'
import { Confirmation } from '../ui/confirm.tsx'
import { Notices } from '../ui/notice.tsx'
import { Loading } from '../ui/spinner.tsx'
import { router } from './routes.tsx'
import { Standstill } from './standstill.tsx'

const words = catalogue({ looking: ['Looking for the gateway', '正在连接网关'] })

export function Console() {
  const connection = useConnection()
  const t = useWords(words)
  // A gateway that goes away while the pages are open leaves them on the screen: what is there can still be read.
  const opened = useRef(false)
  if (connection.state === 'online') opened.current = true
  useEffect(() => {
    if (connection.state !== 'signed-out') return
    // What the last person saw is not for the next one.
    opened.current = false
    queries.clear()
  }, [connection])
  const { state } = connection
  return (
    <>
      {state === 'online' || (state === 'away' && opened.current) ? (
        <RouterProvider router={router} />
      ) : state === 'starting' ? (
        <main className="flex h-full items-center justify-center" aria-label={t('looking')}>
          <Loading />
        </main>
      ) : (
        <Standstill connection={connection} />
      )}
      <Confirmation />
      <Notices />
    </>
  )
}
