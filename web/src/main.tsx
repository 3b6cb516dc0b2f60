/** Where the console starts. */
import './styles.css'
import './theme/theme.ts'
import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { probe } from './api/connection.ts'
import { openLiveEvents } from './api/live-events.ts'
import { keepQueriesFresh, queries } from './api/queries.ts'
import { signInFromAddress } from './api/sign-in.ts'
import { Console } from './app/console.tsx'

// After an update the files of the old page are gone: one reload brings the new ones.
addEventListener('vite:preloadError', (event) => {
  const last = Number(sessionStorage.getItem('console.reloaded') ?? 0)
  if (Date.now() - last < 30_000) return
  event.preventDefault()
  sessionStorage.setItem('console.reloaded', String(Date.now()))
  location.reload()
})

keepQueriesFresh()
openLiveEvents()
void signInFromAddress().then(probe)

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <Console />
    </QueryClientProvider>
  </StrictMode>,
)
