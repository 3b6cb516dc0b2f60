/** Turns of many sessions side by side, as fast as they are answered. */

/** After so many turns a session makes room for a new one: a long history would measure itself. */
const TURNS_A_SESSION = 10

/** Runs `turn` in `sessions` loops for `ms`; those begun are finished and count. */
export async function turnsPerSecond(
  sessions: number,
  ms: number,
  turn: (session: string) => Promise<void>,
): Promise<number> {
  const started = performance.now()
  const done = await loops(sessions, turn, () => performance.now() - started < ms)
  return done / ((performance.now() - started) / 1000)
}

/** Runs exactly `count` turns in `sessions` loops. */
export async function runTurns(sessions: number, count: number, turn: (session: string) => Promise<void>) {
  let left = count
  await loops(sessions, turn, () => left-- > 0)
}

async function loops(sessions: number, turn: (session: string) => Promise<void>, more: () => boolean): Promise<number> {
  let done = 0
  const loop = async (s: number) => {
    for (let i = 0; more(); i++) {
      await turn(`s${s}-${Math.floor(i / TURNS_A_SESSION)}`)
      done++
    }
  }
  await Promise.all(Array.from({ length: sessions }, (_, s) => loop(s)))
  return done
}
