/** The simulated shell inside workerd. */
import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { objectDatabase } from '../../adapters/cloudflare/database.ts'
import { openSqlFiles } from '../../adapters/cloudflare/files.ts'
import { shellTools } from '../../src/tools/shell/index.ts'
import type { Tool, ToolContext } from '../../src/tools/tool.ts'
import { memoryFiles } from '../support/memory-files.ts'

function shell(files = memoryFiles({ 'notes/todo.md': 'one\ntwo\nthree\n' }), timeout = 20e9) {
  const { tools } = shellTools({
    workspace: () => files,
    settings: () => ({
      enabled: true,
      mode: 'real',
      working_dir: '',
      timeout,
      sandbox: { enabled: false, image: '' },
    }),
    loopback: () => true,
  })
  const exec = tools[0] as unknown as Tool<{ command: string }>
  const context = { session: 'main', owner: true, signal: new AbortController().signal } as ToolContext
  return { files, tools, run: (command: string) => exec.run({ command }, context) }
}

describe('the simulated shell in workerd', () => {
  it.each([
    ['grep -c t notes/todo.md', '2\n'],
    ["sed -i 's/two/2/' notes/todo.md; cat notes/todo.md", 'one\n2\nthree\n'],
    ['echo \'{"a":[1,2]}\' | jq -c .a', '[1,2]\n'],
    ['echo hi | gzip | gunzip; echo hi > /dev/null', 'hi\n'],
    ['cd notes && pwd && ls | sort -r', '/workspace/notes\ntodo.md\n'],
    ['exit 3', '\nExit code: 3'],
  ])('runs %s', async (command, expected) => {
    expect(await shell().run(command)).toBe(expected)
  })

  it('writes through to the files', async () => {
    const { files, run } = shell()
    await run('mkdir -p out && sort -r notes/todo.md > out/sorted')
    expect(new TextDecoder().decode(await files.read('out/sorted'))).toBe('two\nthree\none\n')
  })

  it("runs over the files of a Durable Object's SQLite", async () => {
    const output = await runInDurableObject(env.GATEWAY.getByName('shell'), async (_, state) => {
      const { run } = shell(openSqlFiles(objectDatabase(state.storage)))
      await run('mkdir -p a/b && for i in 1 2 3; do echo "line $i" >> a/b/log; done && mv a c && cp -r c d && rm -r c')
      return run('find . -type f | sort; wc -l < d/b/log; echo //4A | base64 -d > e; base64 e')
    })
    expect(output).toMatch(/^\.\/d\/b\/log\n3\n\/\/4A\n$/)
  })

  it('offers no process tool, whatever the config asks for', () => {
    expect(shell().tools.map((tool) => tool.name)).toEqual(['exec'])
  })

  it.each([
    'while true; do :; done',
    ':(){ :|:& };:',
    'x=aaaaaaaaaaaaaaaa; while true; do x=$x$x; done',
    'sleep 60',
    "awk 'BEGIN{while(1)i++}'",
    'seq 1 100000000',
    "printf '%1000000000s' x",
  ])('survives %s', async (command) => {
    // Half a second, in nanoseconds.
    const { files, run } = shell(undefined, 5e8)
    expect(await run(command)).toMatch(/Exit code: (?:1|2|12[46])\b/)
    expect(await shell(files).run('echo alive')).toBe('alive\n')
  })
})
