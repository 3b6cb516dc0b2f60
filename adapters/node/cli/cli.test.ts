/** What the command line says and does without a running gateway. */
import { mkdir, stat, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { run, temporaryHome } from './testing.ts'

let home: Awaited<ReturnType<typeof temporaryHome>>

beforeEach(async () => {
  home = await temporaryHome()
})
afterEach(() => home.remove())

const clawgo = (args: string, options?: Parameters<typeof run>[2]) => run(home.config, args.split(' '), options)

describe('help', () => {
  it.each([
    '--help',
    'gateway --help',
    'gateway run --help',
    'agent --help',
    'onboard --help',
    'status --help',
    'config --help',
    'config set --help',
  ])('%s explains itself and succeeds', async (args) => {
    const { code, stdout, stderr } = await clawgo(args)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain(`Usage: clawgo ${args.replace(' --help', '').replace('--help', '')}`.trimEnd())
  })

  it('names the option that was meant, and fails with 2', async () => {
    const { code, stderr } = await clawgo('gateway run --prot 1')
    expect(code).toBe(2)
    expect(stderr).toContain('Did you mean --port?')
    expect(stderr).toContain('--help')
  })

  it.each(['banana', '70000', '-1'])('refuses the port %s before anything starts', async (port) => {
    const { code, stderr } = await run(home.config, ['gateway', 'run', `--port=${port}`])
    expect(code).toBe(2)
    expect(stderr).toContain('A port is a number from 0 to 65535.')
  })
})

describe('a home without a gateway', () => {
  it('has a status, with exit code 3', async () => {
    const { code, stdout } = await clawgo('status --json')
    expect(code).toBe(3)
    expect(JSON.parse(stdout)).toMatchObject({ running: false, home: home.dir })
  })

  it('is not made by asking', async () => {
    const { code, stderr } = await clawgo('config get gateway.port')
    expect(code).toBe(3)
    expect(stderr).toMatch(/^Error: This home has no config\.json yet\.\n.*clawgo onboard/)
    await expect(stat(home.dir)).rejects.toThrow()
  })

  it('has nothing to stop', async () => {
    const { code, stderr } = await clawgo('gateway stop')
    expect({ code, stderr }).toEqual({ code: 3, stderr: 'Error: No gateway runs on this home.\n' })
  })

  it('leaves a process alone that only happens to have the number in gateway.pid', async () => {
    await mkdir(home.dir, { recursive: true })
    await writeFile(`${home.dir}/gateway.pid`, `${process.pid}\n`)
    // A port nobody listens on.
    await writeFile(home.config, JSON.stringify({ gateway: { host: '127.0.0.1', port: 1 } }))
    const { code, stderr } = await clawgo('gateway stop')
    expect(code).toBe(3)
    expect(stderr).toContain(`Process ${process.pid} is named in gateway.pid but does not answer as a gateway`)
  })
})

describe('config path', () => {
  it('is the file that --config names, before CLAWGO_CONFIG', async () => {
    expect((await clawgo('config path')).stdout).toBe(`${home.config}\n`)
    expect((await clawgo(`config path --config ${home.dir}/other/config.json`)).stdout).toBe(
      `${home.dir}/other/config.json\n`,
    )
  })

  it('is in ~/.clawgo when nothing is said', async () => {
    const { stdout } = await clawgo('config path', { env: { CLAWGO_CONFIG: '' } })
    expect(stdout).toMatch(/\/\.clawgo\/config\.json\n$/)
  })

  it('may have another name: its folder is the home all the same', async () => {
    const file = `${home.dir}/mine/gateway.json`
    expect((await clawgo(`config path --config ${file}`)).stdout).toBe(`${file}\n`)
    expect((await clawgo(`agent -m /status --config ${file}`)).stdout).toContain('clawgo-gateway')
    expect((await clawgo(`config get gateway.host --config ${file}`)).stdout).toBe('"127.0.0.1"\n')
  })
})

describe('errors', () => {
  it('are one line and what to do next, with a stack only on CLAWGO_DEBUG', async () => {
    const plain = await clawgo('onboard')
    expect(plain.code).toBe(2)
    expect(plain.stderr.trimEnd().split('\n')).toHaveLength(2)
    const debug = await clawgo('onboard', { env: { CLAWGO_DEBUG: '1' } })
    expect(debug.stderr).toMatch(/\n {4}at /)
  })

  it('say which flag is missing where nobody can be asked', async () => {
    expect((await clawgo('onboard -p openai -m gpt-5.4')).stderr).toContain('openai needs an API key')
    expect((await clawgo('onboard -p mine -m big')).stderr).toContain('--api-base is needed')
    expect((await clawgo('onboard -p a.b -m big')).stderr).toContain('Not a provider name')
  })

  it('refuse an empty message', async () => {
    const { code, stderr } = await run(home.config, ['agent', '-m', ' '])
    expect(code).toBe(2)
    expect(stderr).toContain('The message is empty.')
  })
})
