/** What a gateway that has worked for some weeks shows: jobs, notes, skills and usage for the pictures of the console. */
import type { Page } from 'playwright-core'
import type { Target } from '../test/support/targets.ts'

const answers = (text: string) => `text=${JSON.stringify(text)}`

/** Fills schedule, workspace, memory and skills. */
export async function seedWork(target: Target): Promise<void> {
  const post = (path: string, body: unknown) => target.fetch(path, { method: 'POST', body: JSON.stringify(body) })
  const job = async (body: object) =>
    ((await (await post('/api/cron', body)).json()) as { result: { id: string } }).result.id
  const report = await job({
    name: 'Morning report',
    message: `Look at the calendar and the weather, and tell me what the day brings. ${answers('Two meetings, and rain from four on.')}`,
    expr: '0 8 * * 1-5',
    tz: 'Europe/Rome',
    deliver: true,
    channel: 'telegram',
    to: '48213377',
  })
  const invoices = await job({
    name: 'Check open invoices',
    message: `Read invoices/ and say which are overdue. fail=400`,
    expr: '@every 6h',
  })
  await job({
    name: 'Renew the passport',
    message: 'Remind me to renew my passport.',
    at: new Date(Date.now() + 9 * 86_400_000).toISOString(),
  })
  const backup = await job({
    name: 'Weekly clean-up',
    message: 'Sort the inbox folder.',
    expr: '0 18 * * 5',
    tz: 'Europe/Rome',
  })
  await post('/api/cron', { action: 'disable', id: backup })
  await post('/api/cron', { action: 'run', id: report })
  await post('/api/cron', { action: 'run', id: invoices })
  for (const [path, content] of Object.entries(FILES)) await post('/api/workspace_file', { path, content })
  for (const [path, content] of Object.entries(MEMORY)) await post('/api/memory', { path, content })
  for (const [name, description, system_prompt] of SKILLS) {
    await post('/api/skills', { action: 'create', name, description, system_prompt })
  }
  await post('/api/skills', { action: 'disable', name: 'translate-letters' })
  const script = 'import sys\n\nprint(sum(float(line) for line in sys.stdin))\n'
  await post('/api/skills', { action: 'write_file', name: 'weekly-report', file: 'scripts/sum.py', content: script })
}

const FILES = {
  'USER.md': '# User\n\n- Name: Ada\n- Lives in: Milan\n- Likes: short answers, trains, strong coffee\n',
  'trips/genoa.md': '# Three days in Genoa\n\n1. **Friday**: caruggi and harbour\n2. **Saturday**: Camogli\n',
  'invoices/2026-10.csv': 'number,customer,amount,paid\n1041,Rossi,320.00,yes\n1042,Bianchi,1180.50,no\n',
  'invoices/2026-11.csv': 'number,customer,amount,paid\n1043,Verdi,90.00,no\n',
}

const MEMORY = {
  'MEMORY.md': `# What lasts

- Ada prefers trains over planes, and a seat by the window.
- The tax adviser is Dr. Conti; documents go to her before the **20th** of a month.
- Coffee beans come from \`Torrefazione Ligure\`, two bags a month.

## Projects

1. Flat in Genoa: viewing on Saturday, price up to 240 000 €.
2. Invoices: overdue after 30 days, remind twice.
`,
  '2026-11-22.md':
    '# 2026-11-22\n\n- [09:12] The dentist moved to Thursday, 15:30.\n- [18:40] Bought the tickets to Genoa.\n',
  '2026-11-23.md': '# 2026-11-23\n\n- [08:01] Two meetings today, rain from four on.\n',
}

const SKILLS = [
  [
    'weekly-report',
    'Sums up a week of notes and invoices into one page for the tax adviser.',
    '# Weekly report\n\nRead `memory/` of the last seven days.',
  ],
  [
    'travel-by-train',
    'Plans journeys by rail: connections, prices, seats. Use it whenever somebody asks how to get somewhere.',
    'Prefer one change over two.',
  ],
  [
    'translate-letters',
    'Translates official letters between Italian, German and English, keeping their form.',
    'Keep names and dates.',
  ],
  ['recipes', 'Finds a dish for what is in the fridge.', 'Ask what has to go first.'],
] as const

/** Shows usage of some weeks in place of the few minutes that the gateway has. */
export async function weeksOfUsage(page: Page): Promise<void> {
  await page.route('**/api/usage?*', async (route) => {
    const answer = await route.fetch()
    const usage = (await answer.json()) as { today: string } & Record<string, unknown>
    const count = Number(new URL(route.request().url()).searchParams.get('days') ?? 30)
    const days = Array.from({ length: count }, (_, i) =>
      new Date(Date.parse(`${usage.today}T00:00:00Z`) - i * 86_400_000).toISOString().slice(0, 10),
    )
    const amount = (day: number, share: number) =>
      Math.round(share * (90_000 + 60_000 * Math.sin(day / 2.3) + ((day * 7919) % 41_000)))
    const counted = (day: number, share: number, price: number) => {
      const input = amount(day, share)
      const output = Math.round(input / 6)
      return {
        input,
        output,
        cached: Math.round(input / 3),
        turns: 4,
        cost: (input * price + output * price * 4) / 1e6,
        unpriced_tokens: 0,
      }
    }
    const models = [
      ['anthropic/claude-sonnet-5', 0.62, 3],
      ['openai/gpt-5-mini', 0.27, 0.4],
      ['local/qwen3', 0.11, 0],
    ] as const
    const sessions = [
      ['main', 0.4],
      ['trip', 0.25],
      ['build', 0.15],
      ['invoices', 0.08],
    ] as const
    const rows = days.flatMap((day, i) =>
      models.map(([model, share, price]) => ({ day, model, ...counted(i, share, price) })),
    )
    const total = (some: typeof rows, member: 'input' | 'output' | 'cost' | 'turns') =>
      some.reduce((sum, row) => sum + row[member], 0)
    const sum = (some: typeof rows) => ({
      input: total(some, 'input'),
      output: total(some, 'output'),
      cached: 0,
      turns: total(some, 'turns'),
      cost: total(some, 'cost'),
      unpriced_tokens: 0,
    })
    await route.fulfill({
      json: {
        ...usage,
        total: sum(rows),
        days: days.map((day) => ({ day, ...sum(rows.filter((row) => row.day === day)) })),
        models_by_day: rows.toReversed(),
        sessions_by_day: days.flatMap((day, i) =>
          sessions.map(([session, share]) => ({ day, session, ...counted(i, share, 2) })),
        ),
      },
    })
  })
}

/** Somebody else saves a file while it is being edited in `page`, which then tries to save too. */
export async function saveOverAnother(page: Page, target: Target): Promise<void> {
  const editor = page.getByRole('textbox', { name: 'Text of' })
  await editor.click()
  await page.keyboard.press('Control+End')
  await page.keyboard.type('3. Water the plants on Sundays.\n')
  const content = `${MEMORY['MEMORY.md'].replace('240 000', '255 000')}3. Car: inspection in March.\n`
  await target.fetch('/api/memory', { method: 'POST', body: JSON.stringify({ path: 'MEMORY.md', content }) })
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByRole('button', { name: 'Save mine' }).waitFor()
  await page.waitForTimeout(500)
  await target.fetch('/api/memory', {
    method: 'POST',
    body: JSON.stringify({ path: 'MEMORY.md', content: MEMORY['MEMORY.md'] }),
  })
}
