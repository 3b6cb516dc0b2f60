/**
 * Pictures of the console's pages into `web/.shots`, over a gateway of its own with data that looks real:
 *
 *     node scripts/screenshots.ts            all pages
 *     node scripts/screenshots.ts chat       those whose name begins so
 *
 * Each in light, dark and on a phone. A new page: an entry in PAGES, and what it shows in `seed`.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { startModelServer } from '../test/support/model-server.ts'
import { configFor } from '../test/support/scripted-model.ts'
import { type Target, targets } from '../test/support/targets.ts'
import { enter, startBrowser, type VisitOptions, visitor } from '../test/web/browser.ts'
import { type Connections, openConnections } from './example-connections.ts'
import { saveOverAnother, seedWork, weeksOfUsage } from './example-data.ts'
import { eveningSky } from './example-image.ts'

interface Shot {
  /** The address after the `#`. */
  address: string
  /** What happens on the page before the picture. */
  act?: (page: Page, options: VisitOptions, target: Target) => Promise<void>
  /** What happens before the page is opened. */
  before?: (page: Page) => Promise<void>
  /** Without a connected model. */
  offline?: boolean
  /** With providers, channels and servers connected. */
  connections?: boolean
  /** Without signing in. */
  stranger?: boolean
}

const CONNECTED_PAGES: Readonly<Record<string, Shot>> = {
  models: { address: '/models', act: (page) => page.getByText('anna@example.com').waitFor() },
  'models-connect': {
    address: '/models',
    async act(page) {
      await page.getByRole('button', { name: 'Connect a provider' }).click()
      await page.getByLabel('API key').fill('wrong')
      await page.getByRole('button', { name: 'Test', exact: true }).last().click()
      await page.getByRole('dialog').getByRole('alert').waitFor()
    },
  },
  'models-account': {
    address: '/models',
    async act(page) {
      await page.getByRole('button', { name: 'Sign in to gemini' }).click()
      await page.getByRole('button', { name: 'Begin' }).click()
      await page.getByLabel('Address the browser ended on').waitFor()
    },
  },
  'models-order': {
    address: '/models?tab=order',
    act: (page) => page.getByRole('button', { name: /^Move/ }).first().waitFor(),
  },
  'models-activity': { address: '/models?tab=activity', act: (page) => page.getByText('What happened').waitFor() },
  channels: {
    address: '/channels',
    async act(page) {
      await page.getByText('clawbot_7f3a').waitFor()
      const pair = page.getByRole('button', { name: 'Pair a bot' })
      if (await pair.isVisible()) await pair.click()
      await page.getByAltText('QR code to scan').waitFor()
    },
  },
  'channels-people': { address: '/channels?tab=people', act: (page) => page.getByText('Chloé').first().waitFor() },
  'channels-outbox': { address: '/channels?tab=outbox', act: (page) => page.getByText('dentist').waitFor() },
  tools: {
    address: '/tools',
    act: (page) => page.locator('summary', { hasText: 'find_files' }).click(),
  },
  'tools-servers': { address: '/tools?tab=servers', act: (page) => page.getByText('calendar').first().waitFor() },
  'tools-server': {
    address: '/tools?tab=servers',
    act: (page) => page.getByRole('button', { name: 'Add a server' }).click(),
  },
  'tools-allowlists': {
    address: '/tools?tab=allowlists',
    act: (page) => page.getByText('Researcher').first().waitFor(),
  },
  settings: {
    address: '/settings?section=gateway',
    async act(page) {
      await page.getByLabel(/^Port/).fill('99999')
      await page.getByRole('button', { name: 'Save', exact: true }).click()
      await page.getByText('must be in 1..65535').waitFor()
    },
  },
  'settings-search': { address: '/settings?q=timeout', act: (page) => page.getByText('settings found').waitFor() },
  'settings-raw': { address: '/settings?tab=raw', act: (page) => page.locator('.cm-content').waitFor() },
  'settings-history': { address: '/settings?tab=history', act: (page) => page.getByText('retention_days').waitFor() },
}

const PAGES: Readonly<Record<string, Shot>> = {
  'first-models': { address: '/models', offline: true },
  'sign-in': { address: '', stranger: true },
  'first-start': { address: '/chat', offline: true },
  chat: { address: '/chat?session=trip', act: (page) => page.getByText('Day by day').first().waitFor() },
  'chat-working': {
    address: '/chat?session=build',
    async act(page) {
      await page.locator('summary', { hasText: 'read_file' }).click()
      await page.getByText('Output').first().waitFor()
    },
  },
  'chat-files': { address: '/chat?session=files', act: (page) => page.getByText('Camogli, surely').last().waitFor() },
  'chat-image': {
    address: '/chat?session=files',
    async act(page) {
      await page.locator('article button:has(img)').first().click()
      await page.locator('dialog[open] img').waitFor()
    },
  },
  'chat-empty': { address: '/chat?session=console:new', act: (page) => page.getByText('What can I do').waitFor() },
  'chat-commands': {
    address: '/chat?session=console:new',
    async act(page) {
      await page.getByLabel('Message', { exact: true }).fill('/')
      await page.getByRole('listbox').waitFor()
    },
  },
  'chat-failed': { address: '/chat?session=broken', act: (page) => page.getByRole('alert').waitFor() },
  'chat-sessions': {
    address: '/chat?session=trip',
    async act(page, { width = 1280 }) {
      if (width < 1024) await page.getByRole('button', { name: 'Open sessions' }).click()
      await page.getByLabel('Search all sessions').last().fill('harbour')
      await page.getByRole('status').filter({ hasText: 'found' }).waitFor()
    },
  },
  today: { address: '/today', before: weeksOfUsage, act: (page) => page.locator('.u-over').waitFor() },
  'today-down': {
    address: '/today',
    before: weeksOfUsage,
    async act(page) {
      await page.locator('.u-over').waitFor()
      await page.getByText('What ran').scrollIntoViewIfNeeded()
      await page.getByRole('button', { name: 'By session' }).click()
    },
  },
  schedule: { address: '/schedule', act: (page) => page.getByText('Morning report').waitFor() },
  'schedule-job': {
    address: '/schedule',
    async act(page) {
      await page.getByRole('button', { name: 'Check open invoices' }).click()
      await page.getByRole('table').waitFor()
    },
  },
  'schedule-new': {
    address: '/schedule',
    async act(page) {
      await page.getByRole('button', { name: 'New job' }).click()
      await page.getByText('The next runs').waitFor()
    },
  },
  files: { address: '/files', act: (page) => page.getByText('USER.md').first().waitFor() },
  'files-open': { address: '/files?path=MEMORY.md', act: (page) => page.getByText('What lasts').last().waitFor() },
  'files-conflict': {
    address: '/files?path=MEMORY.md',
    act: (page, _, target) => saveOverAnother(page, target),
  },
  skills: { address: '/skills', act: (page) => page.getByText('travel-by-train').waitFor() },
  'skills-open': { address: '/skills?skill=weekly-report', act: (page) => page.getByText('System Prompt').waitFor() },
  logs: { address: '/logs', act: (page) => page.getByText('Live').waitFor() },
}

const LOOKS: Readonly<Record<string, VisitOptions>> = {
  light: {},
  dark: { theme: 'dark' },
  phone: { width: 390, height: 844 },
  small: { width: 360, height: 640, theme: 'dark', language: 'zh' },
}

const PLAN = `Here is a plan for **three days in Genoa** with trains only.

## Day by day

1. **Friday**: arrive at Piazza Principe, walk the *caruggi* down to the harbour.
2. **Saturday**: train to Camogli (38 min), walk to San Fruttuoso, boat back.
3. **Sunday**: the \`Righi\` funicular, lunch in Boccadasse, train home at 17:05.

| Leg | Leaves | Price |
| --- | --- | ---: |
| Milano → Genova | 09:10 | 14.90 € |
| Genova → Camogli | 10:22 | 3.40 € |

> Book the first leg this week: it sells out.

\`\`\`ts
const total = legs.reduce((sum, leg) => sum + leg.price, 0) // 32.20
\`\`\`

More at [trenitalia.com](https://www.trenitalia.com).`

async function seed(target: Target): Promise<void> {
  const say = (session: string, message: string, wait = true, media: string[] = []) =>
    target.fetch('/api/chat', { method: 'POST', body: JSON.stringify({ session, message, wait, media }) })
  const upload = async (file: string, content: string | Uint8Array<ArrayBuffer>) => {
    const body = new FormData()
    body.set('file', new File([content], file))
    return ((await (await target.fetch('/api/upload', { method: 'POST', body })).json()) as { path: string }).path
  }
  const answers = (text: string) => `text=${JSON.stringify(text)}`
  const name = (session: string, title: string) =>
    target.fetch('/api/sessions', { method: 'POST', body: JSON.stringify({ session, title }) })
  await say('notes', answers('The harbour tour starts at ten, bring the tickets.'))
  await name('notes', 'Harbour tour')
  await say('invoices', answers('Three invoices are open.'))
  await name('invoices', 'Open invoices of October')
  await say('main', answers('Good morning! Nothing urgent today.'))
  await say('broken', 'fail=401')
  await name('broken', 'A wrong key')
  await say(
    'build',
    'think=40 call=read_file:{"path":"AGENTS.md"} call=list_dir:{"path":"."} text="Looking at the workspace"',
  )
  await say('build', 'think=20 tokens=4000 delay=40', false)
  await name('build', 'Tidy the workspace')
  await say(
    'files',
    `Where was this, and is the ticket right? ${answers('Camogli, surely. The ticket is for Sunday.')}`,
    true,
    [
      await upload('evening at sea.png', eveningSky(960, 640)),
      await upload('旅行 view.png', eveningSky(400, 700)),
      await upload('ticket-2026-10-04.pdf', '%PDF-1.7'),
    ],
  )
  await name('files', 'Where was this?')
  await say('trip', `Plan three days in Genoa, by train. ${answers(PLAN)}`)
  await name('trip', 'Three days in Genoa')
}

const ALL: Readonly<Record<string, Shot>> = {
  ...PAGES,
  ...Object.fromEntries(Object.entries(CONNECTED_PAGES).map(([name, shot]) => [name, { ...shot, connections: true }])),
}

const wanted = process.argv.slice(2)
const folder = join(import.meta.dirname, '../web/.shots')
await mkdir(folder, { recursive: true })
const model = await startModelServer()
const connected = await targets.node({ config: configFor(model) })
const offline = await targets.node({})
let connections: Connections | undefined
const browser = await startBrowser()
try {
  await seed(connected)
  await seedWork(connected)
  for (const [name, { address, act, before, offline: bare, connections: linked, stranger }] of Object.entries(ALL)) {
    if (wanted.length > 0 && !wanted.some((start) => name.startsWith(start))) continue
    for (const [look, options] of Object.entries(LOOKS)) {
      const opened = await visitor(browser, options)
      const { page } = opened
      if (linked) connections ??= await openConnections()
      const target = linked ? connections!.target : bare ? offline : connected
      await before?.(page)
      if (stranger) await page.goto(target.url)
      else await enter(opened, target, address)
      try {
        if (act && options.language !== 'zh') await act(page, options, target)
      } catch (error) {
        console.error(`${name}, ${look}: ${error instanceof Error ? error.message.split('\n')[0] : error}`)
      }
      await page.waitForTimeout(400)
      await page.screenshot({ path: join(folder, `${name}-${look}.png`) })
      if (opened.complaints.length > 0) console.error(`${name}, ${look}:`, opened.complaints)
      await opened.context.close()
    }
    console.log(name)
  }
} finally {
  await browser.close()
  await Promise.all([connections?.close(), connected.close(), offline.close(), model.close()])
}
