/**
 * Run before `npm start`: builds the console of a fresh checkout. Never in the way of the gateway: without the build tools
 * (`npm ci --omit=dev`) the page at `/` says what is missing, and a Node that is too old is told so by the command itself.
 */
const [major] = process.versions.node.split('.').map(Number)
if (major >= 24) {
  try {
    await import('./build-assets.ts')
  } catch (error) {
    console.error(
      `The console could not be built, the gateway starts without: ${error instanceof Error ? error.message : error}`,
    )
  }
}
