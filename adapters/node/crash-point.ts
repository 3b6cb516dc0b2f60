/** Tests only: dies at a named point, so that a crash there can be repeated (durable-turns.md section 13). */

/**
 * `CLAWGO_TEST_CRASH=tool-ran:3` kills this process with SIGKILL when the point is reached the third time. Undefined when
 * the variable is not set, as it is outside of tests.
 */
export function crashPoint(setting: string | undefined): ((point: string) => void) | undefined {
  if (!setting) return undefined
  const [name, nth = '1'] = setting.split(':')
  let left = Number(nth)
  return (point) => {
    if (point === name && --left === 0) process.kill(process.pid, 'SIGKILL')
  }
}
