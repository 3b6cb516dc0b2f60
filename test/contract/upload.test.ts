/** gateway-api.md "Upload", api-behaviour.md section 5.5, agent.md section 4 (Media). */
import { readdir, stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { jsonOf } from '../support/json.ts'
import { type ModelServer, startModelServer } from '../support/model-server.ts'
import { post } from '../support/post.ts'
import { rawConnection } from '../support/raw-connection.ts'
import { configFor, scriptedModel } from '../support/scripted-model.ts'
import { describeTargets, shareTarget, type Target } from '../support/targets.ts'
import { startWorker } from '../support/worker-target.ts'

const MB = 1024 * 1024
const PNG = Uint8Array.from(
  atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='),
  (c) => c.charCodeAt(0),
)

async function upload(
  target: Target,
  name: string,
  content: string | Uint8Array<ArrayBuffer>,
  field = 'file',
): Promise<Response> {
  const body = new FormData()
  body.set('other', 'ignored')
  body.set(field, new File([content], name))
  return target.fetch('/api/upload', { method: 'POST', body })
}

const uploaded = async (target: Target, name: string, content: string | Uint8Array<ArrayBuffer>): Promise<string> =>
  (await jsonOf(upload(target, name, content))).path

/** A form of `size` bytes of content, sent without its length. */
function endless(size: number): RequestInit {
  const head = '--b\r\nContent-Disposition: form-data; name="file"; filename="large.bin"\r\n\r\n'
  const chunk = new Uint8Array(MB)
  let sent = -1
  const body = new ReadableStream({
    pull(controller) {
      if (sent < 0) controller.enqueue(new TextEncoder().encode(head))
      else if (sent < size) controller.enqueue(chunk)
      else {
        controller.enqueue(new TextEncoder().encode('\r\n--b--'))
        controller.close()
      }
      sent = sent < 0 ? 0 : sent + chunk.length
    },
  })
  const headers = { 'content-type': 'multipart/form-data; boundary=b' }
  return { method: 'POST', body, headers, duplex: 'half' } as RequestInit
}

describeTargets('POST /api/upload', (_, name) => {
  const target = shareTarget(name)

  it('stores the file and answers with its path and its own name', async () => {
    const answer = await upload(target(), 'a b [1].txt', 'tea')
    expect(answer.status).toBe(200)
    const { ok, path, name: given } = await jsonOf(answer)
    expect([ok, given]).toEqual([true, 'a b [1].txt'])
    expect(path).toMatch(/^\/(.+\/)?uploads\/\d{13}_[0-9a-f]{12}_a_b_1_\.txt$/)
    if (name === 'node') expect((await stat(path)).mode & 0o777).toBe(0o600)
    else expect(path).toMatch(/^\/uploads\//)
  })

  it('keeps of a name what comes after the last slash, and takes empty files', async () => {
    const answer = await jsonOf(upload(target(), '../../etc/passwd', ''))
    expect(answer).toMatchObject({ ok: true, name: 'passwd', path: expect.stringMatching(/uploads\/\d+_\w+_passwd$/) })
  })

  it('gives every upload a path of its own', async () => {
    const paths = await Promise.all([1, 2, 3, 4].map(() => uploaded(target(), 'same.txt', 'x')))
    expect(new Set(paths).size).toBe(4)
  })

  it('answers 400 when there is no file, or no form', async () => {
    const type = (value: string) => ({ 'content-type': value })
    const field = '--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nplain\r\n--b--\r\n'
    const asked: Array<[string, Response]> = [
      ['file required', await upload(target(), 'x.txt', 'x', 'attachment')],
      ['file required', await post(target(), '/api/upload', field, type('multipart/form-data; boundary=b'))],
      ["request Content-Type isn't multipart/form-data", await post(target(), '/api/upload', {})],
      [
        'no multipart boundary param in Content-Type',
        await post(target(), '/api/upload', field, type('multipart/form-data')),
      ],
      ['multipart: NextPart: EOF', await post(target(), '/api/upload', '', type('multipart/form-data; boundary=b'))],
      [
        'multipart: NextPart: EOF',
        await post(target(), '/api/upload', field.slice(0, -8), type('multipart/form-data; boundary=b')),
      ],
    ]
    for (const [message, answer] of asked) expect([answer.status, await answer.text()]).toEqual([400, `${message}\n`])
  })

  it('answers 401 without the token', async () => {
    const answer = await fetch(`${target().url}/api/upload`, { method: 'POST', body: new FormData() })
    expect(answer.status).toBe(401)
  })

  it('takes a large file of unknown length, and answers 413 over 100 MB', async () => {
    const fits = await target().fetch('/api/upload', endless(12 * MB))
    expect(fits.status).toBe(200)
    const large = await target().fetch('/api/upload', endless(101 * MB))
    expect([large.status, await large.text()]).toEqual([413, 'file too large: at most 100 MB\n'])
  })
})

describeTargets('GET /api/upload', (_, name) => {
  const target = shareTarget(name)
  const address = (path: string) => `/api/upload?path=${encodeURIComponent(path)}`
  const read = (path: string, init?: RequestInit) => target().fetch(address(path), init)
  const headersOf = ({ headers }: Response) => ({
    type: headers.get('content-type'),
    name: headers.get('content-disposition'),
  })

  it('gives an image to be shown, by its content and not by its name', async () => {
    const answer = await read(await uploaded(target(), 'dot.html', PNG))
    expect(answer.status).toBe(200)
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(PNG)
    expect(headersOf(answer)).toEqual({ type: 'image/png', name: 'inline; filename="dot.html"' })
  })

  it.each([
    ['page.png', '<!doctype html><script>alert(1)</script>'],
    ['drawing.svg', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
    ['x.pdf', '%PDF-1.7\n%\n1 0 obj'],
    ['empty.gif', ''],
    ['notes.txt', 'tea'],
  ])('gives everything else as a download: %s', async (given, content) => {
    const answer = await read(await uploaded(target(), given, content))
    expect([answer.status, await answer.text()]).toEqual([200, content])
    expect(headersOf(answer)).toEqual({ type: 'application/octet-stream', name: `attachment; filename="${given}"` })
  })

  it('lets nothing run in it, and the browser that asked keep it', async () => {
    const path = await uploaded(target(), '日本 é.txt', 'x')
    const { headers } = await read(path)
    expect(headers.get('content-disposition')).toBe(
      `attachment; filename="___e.txt"; filename*=UTF-8''${encodeURIComponent('日本_é.txt')}`,
    )
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*; sandbox$/)
    expect(headers.get('cache-control')).toMatch(/^private, max-age=\d+, immutable$/)
    const etag = headers.get('etag')!
    for (const known of [etag, `"other", W/${etag}`, '*']) {
      const again = await read(path, { headers: { 'if-none-match': known } })
      expect([again.status, again.headers.get('etag'), await again.text()]).toEqual([304, etag, ''])
    }
    expect((await read(path, { headers: { 'if-none-match': '"other"' } })).status).toBe(200)
  })

  it('streams a large file, whole', async () => {
    const { path } = await jsonOf(target().fetch('/api/upload', endless(12 * MB)))
    const answer = await read(path)
    expect((await answer.arrayBuffer()).byteLength).toBe(12 * MB)
  })

  it('answers 404 for every path that is no upload, 400 without one, and names no path of the gateway', async () => {
    const path = await uploaded(target(), 'here.txt', 'x')
    const place = path.slice(0, -basename(path).length)
    await uploaded(target(), 'config.json', '{}')
    for (const hostile of [
      basename(path),
      path.slice(1),
      `/${path}`,
      `${path}/`,
      `${path}\0`,
      `${place}../config.json`,
      `${place}./${basename(path)}`,
      `${place}..%2fconfig.json`,
      `${place}1770000000000_000000000000_`,
      `${place}1770000000000_000000000000_../../config.json`,
      `${place}1770000000000_000000000000_${'x'.repeat(5000)}`,
      `${place}1770000000000_000000000000_gone.txt`,
      place,
      `${place}../gateway.db`,
      '/etc/passwd',
      'file:///etc/passwd',
      'C:\\Windows\\win.ini',
      '\u{1F98A}',
    ]) {
      const answer = await read(hostile)
      const text = 'no such upload: it may have been removed, 7 days after it was last used\n'
      expect([hostile, answer.status, await answer.text()]).toEqual([hostile, 404, text])
    }
    for (const query of ['', '?path=', '?path=%zz', '?path']) {
      const answer = await target().fetch(`/api/upload${query}`)
      expect([query, answer.status, await answer.text()]).toEqual([query, 400, 'path required\n'])
    }
    expect((await fetch(target().url + address(path))).status).toBe(401)
  })
})

describeTargets('an upload that is refused or breaks off', (_, name) => {
  const target = shareTarget(name)
  const start = (length: number) =>
    `POST /api/upload HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${target().token}\r\n` +
    `Content-Type: multipart/form-data; boundary=b\r\nContent-Length: ${length}\r\n\r\n`

  it('is answered from its declared length, before it is sent', async () => {
    const connection = await rawConnection(target().url)
    connection.send(start(200 * MB))
    expect(await connection.until('request body too large')).toMatch(/^HTTP\/1\.1 413 /)
  })

  it('leaves nothing behind when the client goes away, and takes the next one', async () => {
    const whole = await uploaded(target(), 'whole.txt', 'x')
    const connection = await rawConnection(target().url)
    connection.send(`${start(MB)}--b\r\nContent-Disposition: form-data; name="file"; filename="part"\r\n\r\nhalf`)
    const stored = () => readdir(dirname(whole))
    if (name === 'node') await expect.poll(stored).toHaveLength(2) // the draft beside it
    connection.cut()
    if (name === 'node') await expect.poll(stored).toEqual([basename(whole)])
    expect((await upload(target(), 'next.txt', 'x')).status).toBe(200)
  })
})

describe('uploads where large files go to R2', () => {
  it('are stored there, read from there, and copied from there into the workspace', async () => {
    const token = 'cg_0123456789abcdef0123456789abcdef'
    const worker = await startWorker({
      entry: 'adapters/cloudflare/worker.ts',
      objects: { GATEWAY: 'GatewayObject', DIRECTORY: 'TenantDirectory' },
      vars: { GATEWAY_TOKEN: token },
      r2: true,
    })
    onTestFinished(() => worker.close())
    const headers = { authorization: `Bearer ${token}` }
    const body = new FormData()
    body.set('file', new File([new Uint8Array(20 * MB)], 'large.bin'))
    const { path } = await jsonOf(fetch(`${worker.url}/api/upload`, { method: 'POST', body, headers }))
    const chat = { method: 'POST', body: JSON.stringify({ message: 'hi', media: path }), headers }
    expect((await fetch(`${worker.url}/api/chat`, chat)).status).toBe(200)
    const copy = await fetch(`${worker.url}/api/workspace_file?path=${path.slice(1)}`, { headers })
    expect([copy.status, await copy.text()]).toEqual([413, `'${path.slice(1)}' is too large: at most 4 MB\n`])
    const back = await fetch(`${worker.url}/api/upload?path=${path}`, { headers })
    expect([back.status, (await back.arrayBuffer()).byteLength]).toEqual([200, 20 * MB])
  })
})

describeTargets('media of a turn that is interrupted', (open) => {
  it('reach the model again when the turn goes on after a restart', async () => {
    const model = await scriptedModel()
    const target = await open({ config: configFor(model) })
    const media = await uploaded(target, 'dot.png', PNG)
    const { turn } = await jsonOf(post(target, '/api/chat', { message: 'hang=0x1 text="done"', media, wait: false }))
    await expect.poll(() => model.requests.length).toBe(1)
    await target.restart()
    const state = async () => (await jsonOf(target.fetch(`/api/chat/turn?turn=${turn}`))).state
    await expect.poll(state, { timeout: 15_000 }).toBe('done')
    for (const { body } of model.requests) expect(JSON.stringify(body)).toContain('data:image/png;base64,')
    expect(model.requests.length).toBeGreaterThan(1)
  })
})

describeTargets('media of a message', (_, name) => {
  let model: ModelServer
  const target = shareTarget(name, async () => {
    model = await startModelServer()
    return { config: configFor(model) }
  })

  /** The content parts of the last user message that the model was given. */
  function shown(): Array<{ type: string; text?: string; image_url?: { url: string } }> {
    const { messages } = model.lastRequest!.body as { messages: Array<{ role: string; content: never }> }
    const content: unknown = messages.findLast(({ role }) => role === 'user')!.content
    return typeof content === 'string' ? [{ type: 'text', text: content }] : (content as never)
  }
  const say = (body: object) => jsonOf(post(target(), '/api/chat', body))

  it('shows an image to the model at every call of its turn, and later only its place', async () => {
    const media = await uploaded(target(), 'dot.png', PNG)
    const session = crypto.randomUUID()
    const seen: unknown[] = []
    const message = 'call=list_dir:{"path":"uploads"} text="{result}"'
    const { reply } = await say({ session, message, media })
    expect(reply).toContain(basename(media))
    const calls = model.requests.slice(-2)
    for (const { body } of calls) {
      const { messages } = body as {
        messages: Array<{ role: string; content: Array<{ image_url?: { url: string } }> }>
      }
      seen.push(messages.find(({ role }) => role === 'user')!.content[1]?.image_url?.url)
    }
    const url = `data:image/png;base64,${btoa(String.fromCharCode(...PNG))}`
    expect(seen).toEqual([url, url])
    expect(shown()[0]).toEqual({ type: 'text', text: `${message}\n[file: uploads/${basename(media)}]` })

    await say({ session, message: 'text="later"' })
    const sent = JSON.stringify(model.lastRequest!.body)
    expect(sent).not.toContain('base64')
    expect(sent).toContain(`[file: uploads/${basename(media)}]`)
    const { messages } = await jsonOf(target().fetch(`/api/chat/history?session=${session}`))
    expect(messages[0].content).toBe(`${message}\n[file: ${media}]`)
  })

  it('shows a text to the model, and leaves the file where its tools can open it', async () => {
    const media = await uploaded(target(), 'menu.txt', 'Two teas, grün')
    await say({ message: 'text="ok"', media })
    expect(shown()).toEqual([
      { type: 'text', text: `text="ok"\n[file: uploads/${basename(media)}]` },
      { type: 'text', text: `Content of uploads/${basename(media)}:\n\nTwo teas, grün` },
    ])
    const later = await say({ message: `call=read_file:{"path":"uploads/${basename(media)}"} text="{result}"` })
    expect(later.reply).toBe('Two teas, grün')
  })

  it('tells the model the type and size of any other file', async () => {
    const media = await uploaded(target(), 'x.pdf', new Uint8Array([0x25, 0x50, 0x44, 0x46, 0x2d, 0x31, 0x0a, 0, 1]))
    await say({ media, message: 'text="ok"' })
    expect(shown()[1]!.text).toBe(
      `[file uploads/${basename(media)}: application/pdf, 9 bytes. Its content is not shown here. Open it with your tools.]`,
    )
  })

  it('takes the same upload again, also without a message', async () => {
    const media = await uploaded(target(), 'again.txt', 'text="from the file"')
    for (const body of [{ media }, { message: '', media, wait: true }]) {
      expect((await say(body)).ok).toBe(true)
      expect(shown()[1]!.text).toContain('text="from the file"')
    }
  })

  it('never reads what is no upload', async () => {
    const place = (await uploaded(target(), 'a.txt', 'a')).replace(/uploads\/.*/, '')
    for (const media of [
      `${place}config.json`,
      `${place}uploads/../config.json`,
      '/etc/passwd',
      'https://x.example/a.png',
    ]) {
      await say({ message: 'text="ok"', media })
      expect(shown()).toEqual([{ type: 'text', text: `text="ok"\n[file: ${media}]` }])
    }
  })
})
