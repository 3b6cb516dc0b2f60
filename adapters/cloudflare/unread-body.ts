/**
 * A refused upload's answer must reach its client. This runtime cuts the connection when a request ends whose body
 * nobody has read, and a client still sending then sees a broken pipe instead of the refusal.
 */

/** As much, and as long, as the Node server reads of such a body. */
const MAX_BYTES = 64 * 1024 * 1024
const MAX_MS = 2000

/** Reads and drops what the handlers left of the body, up to 64 MiB or two seconds. Never throws. */
export async function dropUnreadBody(request: Request): Promise<void> {
  const { body } = request
  if (body === null || body.locked) return
  const reader = body.getReader()
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<{ done: true; value?: undefined }>((resolve) => {
    timer = setTimeout(() => resolve({ done: true }), MAX_MS)
  })
  try {
    for (let size = 0; size <= MAX_BYTES; ) {
      const { done, value } = await Promise.race([reader.read(), late])
      if (done) break
      size += value.byteLength
    }
  } catch {
    // The client has left: nobody waits for the answer.
  } finally {
    clearTimeout(timer)
  }
}
