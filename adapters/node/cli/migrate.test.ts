import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { writeOldHome } from '../../../test/support/old-home.ts'
import { run, start } from './testing.ts'

let root: string
let old: string
let config: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cli-migrate-'))
  old = join(root, 'old')
  config = join(root, 'home', 'config.json')
})
afterEach(() => rmSync(root, { recursive: true }))

function messages(session: string): string[] {
  const db = new DatabaseSync(join(root, 'home', 'gateway.db'), { readOnly: true })
  const rows = db
    .prepare(
      'SELECT content FROM message, session WHERE message.id / 1000000000 = session.id AND key = ? ORDER BY message.id',
    )
    .all(session)
  db.close()
  return rows.map(({ content }) => String(content))
}

describe('clawgo migrate --from', () => {
  it('moves in, tells what came and what did not, and leaves a receipt', async () => {
    await writeOldHome(old)
    const { code, stdout, stderr } = await run(config, ['migrate', '--from', old])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('4 with 11 messages')
    expect(stdout).toContain('- uploads/: uploads are not moved in')
    const receipt = /Receipt: .*\/(migrations\/receipt-.*\.json)/.exec(stdout)![1]!
    expect(JSON.parse(readFileSync(join(root, 'home', receipt), 'utf8')).totals.messages).toBe(11)
    expect(messages('main')).toHaveLength(6)
  })

  it('gives a new home the config, with every path its own', async () => {
    await writeOldHome(old)
    await run(config, ['migrate', '--from', old])
    expect(statSync(config).mode & 0o777).toBe(0o600)
    expect(JSON.parse(readFileSync(config, 'utf8'))).toMatchObject({
      gateway: { token: 'cg_old' },
      agents: { defaults: { workspace: '' } },
      logging: { dir: 'logs' },
      models: { providers: { codex: { oauth: { credential_file: 'auth/codex.json' } } } },
      kept_though_unknown: { x: 1 },
    })
    const again = await run(config, ['migrate', '--from', old, '--json'])
    const item = JSON.parse(again.stdout).items.find(({ path }: { path: string }) => path === 'config.json')
    expect(item).toMatchObject({ status: 'conflict', note: expect.stringContaining('was kept') })
  })

  it('rehearses without a trace, and tells the same', async () => {
    await writeOldHome(old)
    const rehearsal = await run(config, ['migrate', '--from', old, '--dry-run', '--json'])
    expect(existsSync(join(root, 'home'))).toBe(false)
    const told = JSON.parse(rehearsal.stdout)
    expect(told).toMatchObject({ dry_run: true, receipt_path: null })
    const done = JSON.parse((await run(config, ['migrate', '--from', old, '--json'])).stdout)
    expect(told.totals).toEqual(done.totals)
    const again = JSON.parse((await run(config, ['migrate', '--from', old, '--dry-run', '--json'])).stdout)
    expect(again.totals).toMatchObject({ messages: 11, copied: 0 })
    expect(readdirSync(join(root, 'home', 'migrations'))).toHaveLength(1)
  })

  it('goes on after a kill in the middle, and nothing comes twice', async () => {
    await writeOldHome(old, { messages: 3_000 })
    for (const point of ['import-batch:4', 'import-batch:7']) {
      const killed = await start(config, ['migrate', '--from', old], { CLAWGO_TEST_CRASH: point }).ended
      expect(killed.code).toBe(null)
    }
    const { code } = await run(config, ['migrate', '--from', old])
    expect(code).toBe(0)
    expect(messages('main')).toEqual(Array.from({ length: 3_000 }, (_, i) => `message ${i + 1}`))
  })

  it('says what is no home, and makes none', async () => {
    const missing = await run(config, ['migrate', '--from', join(root, 'nowhere')])
    expect(missing.code).toBe(2)
    expect(missing.stderr).toContain('There is no folder')
    expect((await run(config, ['migrate', '--from', root])).stderr).toContain('is no home')
    expect((await run(config, ['migrate'])).stderr).toContain('There is no home in')
    expect(existsSync(join(root, 'home'))).toBe(false)
  })
})
