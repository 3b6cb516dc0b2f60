/** Runs before anything is painted, so that a dark page never flashes white. The same rule as src/theme/theme.ts. */
;(() => {
  let chosen = null
  try {
    chosen = localStorage.getItem('console.theme')
  } catch {
    // Storage is blocked: the system's theme it is.
  }
  const dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.classList.toggle('dark', dark)
})()
