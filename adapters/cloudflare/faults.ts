/** Tests only (binding `TEST_FAULTS` = "1"): an object that dies at a named point (durable-turns.md section 13). */
import type { GatewayOptions } from '../../src/gateway-options.ts'

/** In the module, not the object or its storage: it must outlive the death it causes, or the object dies in a loop. */
const armed = new Map<string, number>()

/** The `nth` time the point is reached from now on, the object is aborted. */
export function armFault(point: string, nth = 1): void {
  armed.set(point, nth)
}

/** The points that were armed and not reached yet. */
export function armedFaults(): string[] {
  return [...armed.keys()]
}

/** A shorter keep-alive (`TEST_KEEP_ALIVE_MS`), so that no test waits half a minute for an alarm. */
export function engineForTests(env: Pick<Env, 'TEST_FAULTS' | 'TEST_KEEP_ALIVE_MS'>): Pick<GatewayOptions, 'engine'> {
  const keepAliveMs = Number(env.TEST_KEEP_ALIVE_MS)
  return env.TEST_FAULTS === '1' && keepAliveMs > 0 ? { engine: { keepAliveMs } } : {}
}

/** The `fault` part of the platform. */
export function faultPoint(ctx: DurableObjectState): (point: string) => void {
  return (point) => {
    const left = armed.get(point)
    if (left === undefined) return
    if (left > 1) {
      armed.set(point, left - 1)
      return
    }
    armed.delete(point)
    ctx.abort(`fault: ${point}`)
    throw new Error(`fault: ${point}`)
  }
}
