/** A real Chromium for the console's tests, and what every page must not do: break its policy, ask a stranger, throw. */
import { existsSync } from 'node:fs'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished } from 'vitest'
import { shareTarget, type Target, type TargetName, type TargetOptions, targets } from '../support/targets.ts'

const CHROMIUM =
  process.env.CHROMIUM_PATH ??
  ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path))

export interface Visitor {
  readonly context: BrowserContext
  readonly page: Page
  /** Console errors, policy violations, exceptions and requests to other hosts, as they happen. */
  readonly complaints: string[]
}

export interface VisitOptions {
  width?: number
  height?: number
  theme?: 'light' | 'dark'
  language?: 'en' | 'zh'
}

/** Starts Chromium. Throws with what to install where there is none. */
export async function startBrowser(): Promise<Browser> {
  if (!CHROMIUM) throw new Error('No Chromium here: install one, or name it in CHROMIUM_PATH.')
  return chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--font-render-hinting=none'],
  })
}

/** A fresh browser profile with one page, watched from its first request on. */
export async function visitor(browser: Browser, options: VisitOptions = {}): Promise<Visitor> {
  const { width = 1280, height = 800, theme = 'light', language = 'en' } = options
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    locale: language === 'zh' ? 'zh-CN' : 'en-GB',
    reducedMotion: 'reduce',
  })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(`exception: ${error.message}`))
  page.on('console', (message) => {
    // What a page says of a refused or lost request is its business; the test sees what it shows.
    if (message.type() === 'error' && !/Failed to load resource|WebSocket connection to|ERR_/.test(message.text())) {
      complaints.push(`console: ${message.text()}`)
    }
  })
  page.on('request', (request) => {
    const url = new URL(request.url())
    if (/^(?:https?|wss?):$/.test(url.protocol) && url.hostname !== '127.0.0.1')
      complaints.push(`foreign request: ${url}`)
  })
  return { context, page, complaints }
}

/** Signs a visitor in with a one-time link, and waits for the page. */
export async function enter({ page }: Visitor, target: Target, address = ''): Promise<void> {
  const { path } = (await (await target.fetch('/api/login/code', { method: 'POST' })).json()) as { path: string }
  await page.goto(target.url + path)
  await page.locator('#content').waitFor()
  if (address) await page.goto(`${target.url}/#${address}`)
}

export interface Console {
  target: () => Target
  /** Opens a page, signed in, for the running test; checks at its end that it had nothing to complain of. */
  visit(address?: string, options?: VisitOptions): Promise<Visitor>
  /** The same before signing in. */
  stranger(options?: VisitOptions): Promise<Visitor>
}

/**
 * Runs `define` against a gateway of each runtime that has the console's files, in one browser.
 *
 *     describeConsole('the schedule', ['node'], {}, ({ visit }) => {
 *       it('shows ...', async () => { const { page } = await visit('/schedule') ... })
 *     })
 */
export function describeConsole(
  title: string,
  on: readonly TargetName[],
  options: TargetOptions | (() => TargetOptions | Promise<TargetOptions>),
  define: (console: Console, name: TargetName) => void,
): void {
  describe.each(on.filter((name) => name in targets))(`${title} (%s)`, (name) => {
    if (!CHROMIUM) {
      describe.skip('needs a Chromium: install one, or name it in CHROMIUM_PATH', () => define({} as Console, name))
      return
    }
    const target = shareTarget(name, async () => ({
      ...(typeof options === 'function' ? await options() : options),
      assets: true,
    }))
    let browser: Browser | undefined
    beforeAll(async () => {
      browser = await startBrowser()
    })
    afterAll(() => browser?.close())
    const stranger = async (options?: VisitOptions) => {
      const opened = await visitor(browser!, options)
      onTestFinished(async () => {
        await opened.context.close()
        expect(opened.complaints).toEqual([])
      })
      return opened
    }
    const visit = async (address?: string, options?: VisitOptions) => {
      const opened = await stranger(options)
      await enter(opened, target(), address)
      return opened
    }
    define({ target, visit, stranger }, name)
  })
}
