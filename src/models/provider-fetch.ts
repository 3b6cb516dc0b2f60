/** The `fetch` a provider's SDK gets: sends no credentials where there are none, and never tells ours. */

const CREDENTIALS = ['authorization', 'x-api-key', 'x-goog-api-key']

/**
 * Wraps `fetch` for one provider. Without a key the SDK's credential headers are removed (`auth: none`); an error answer
 * that repeats the key is handed on without it. A redirect is an error, since the key must not follow it elsewhere, and so is
 * a web page: both mean that `api_base` is wrong.
 */
export function providerFetch(fetch: typeof globalThis.fetch, key: string | undefined): typeof globalThis.fetch {
  return async (input, init) => {
    const headers = new Headers(init?.headers)
    if (!key) for (const name of CREDENTIALS) headers.delete(name)
    const response = await fetch(input, { ...init, headers, redirect: 'manual' })
    if (response.status >= 300 && response.status < 400) return redirected(response)
    if (response.ok && response.headers.get('content-type')?.startsWith('text/html')) return webPage(response)
    if (response.status < 400 || !key) return response
    const text = await response.text()
    const kept = new Headers(response.headers)
    // The body was decoded and may have become shorter.
    kept.delete('content-encoding')
    kept.delete('content-length')
    const { status, statusText } = response
    return new Response(text.replaceAll(key, '***'), { status, statusText, headers: kept })
  }
}

async function redirected(response: Response): Promise<Response> {
  await response.body?.cancel()
  const host = URL.parse(response.headers.get('location') ?? '')?.host ?? 'another address'
  const message = `The provider redirects to ${host}. Set api_base to where it really is.`
  return Response.json({ error: { message } }, { status: 502 })
}

async function webPage(response: Response): Promise<Response> {
  await response.body?.cancel()
  const message = 'The provider answered with a web page. Check api_base: it may lack its /v1.'
  return Response.json({ error: { message } }, { status: 502 })
}
