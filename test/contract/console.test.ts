/** The console's page and files, and signing out. What the page does is tested in a browser (test/web). */
import { expect, it } from 'vitest'
import { describeTargets, shareTarget } from '../support/targets.ts'

describeTargets('the console', (_, name) => {
  const target = shareTarget(name, { assets: true })
  const page = () => fetch(`${target().url}/`)

  it('is a page at / for everybody, with a policy that knows no other host and no inline script', async () => {
    const answer = await page()
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const policy = answer.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self' 'nonce-")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/unsafe|https?:|\*/)
    expect(await answer.text()).not.toMatch(/<script(?![^>]*\bsrc=)|<style|https?:\/\//)
  })

  it('gives every answer a nonce of its own', async () => {
    const [one, two] = await Promise.all([page(), page()])
    const nonce = (answer: Response) => /'nonce-([^']+)'/.exec(answer.headers.get('content-security-policy') ?? '')![1]!
    expect(nonce(one)).not.toBe(nonce(two))
    expect(await one.text()).toContain(nonce(one))
  })

  it('serves the files that the page names, those with a hash for ever', async () => {
    const names = [...(await (await page()).text()).matchAll(/(?:src|href)="(\/console\/[^"]+)"/g)].map(
      ([, path]) => path!,
    )
    expect(names.length).toBeGreaterThan(3)
    for (const path of names) {
      const answer = await fetch(target().url + path)
      expect([path, answer.status]).toEqual([path, 200])
      expect((await answer.text()).length).toBeGreaterThan(100)
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
      const forEver = /-[\w-]{8}\.\w+$/.test(path)
      expect([path, answer.headers.get('cache-control')]).toEqual([
        path,
        forEver ? 'public, max-age=31536000, immutable' : 'no-cache',
      ])
    }
  })

  it('serves nothing else', async () => {
    for (const file of [
      'index.html',
      'missing-12345678.js',
      '..%2fswagger-ui.css',
      '%2e%2e%2fpackage.json',
      'a%2fb',
      '.br',
    ]) {
      const answer = await fetch(`${target().url}/console/${file}`)
      expect([file, answer.status]).toEqual([file, 404])
      await answer.body?.cancel()
    }
  })

  it('POST /api/logout takes the cookie away, for our own pages only', async () => {
    const answer = await fetch(`${target().url}/api/logout`, { method: 'POST', headers: { origin: target().url } })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('set-cookie')).toMatch(
      /^clawgo_webui_token=; Path=\/; Max-Age=0; HttpOnly; SameSite=Strict$/,
    )
    const strange = await fetch(`${target().url}/api/logout`, {
      method: 'POST',
      headers: { origin: 'https://evil.example' },
    })
    expect([strange.status, strange.headers.get('set-cookie')]).toEqual([403, null])
  })
})
