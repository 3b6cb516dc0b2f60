import { describe, expect, it } from 'vitest'
import { memoryFiles } from '../../../test/support/memory-files.ts'
import type { Tool, ToolContext } from '../tool.ts'
import { shellTools } from './index.ts'

function shell(files = memoryFiles({ 'notes/todo.md': 'one\ntwo\nthree\n' }), timeout = 20_000_000_000) {
  const { tools } = shellTools({
    workspace: () => files,
    settings: () => ({ enabled: true, working_dir: '', timeout, sandbox: { enabled: false, image: '' } }),
    loopback: () => true,
  })
  const exec = tools[0] as unknown as Tool<Record<string, unknown>>
  const context = (session: string, signal: AbortSignal): ToolContext => ({
    ...{ session, channel: 'cli', chat: 'direct', turn: `${session}/1`, callId: 'c', owner: true, signal },
  })
  return {
    files,
    tools,
    exec,
    run: (command: string, more: { session?: string; signal?: AbortSignal; [key: string]: unknown } = {}) => {
      const { session = 'main', signal = new AbortController().signal, ...input } = more
      return exec.run({ command, ...input }, context(session, signal))
    },
  }
}

describe('the simulated shell', () => {
  it('offers exec alone and says what answers', () => {
    const { tools, exec } = shell()
    expect(tools.map((tool) => tool.name)).toEqual(['exec'])
    const description = typeof exec.description === 'function' ? exec.description() : exec.description
    expect(description).toContain('simulated bash')
    expect(description).toContain('Missing: tar')
  })

  it.each([
    ['grep -c t notes/todo.md', '2\n'],
    ["sed -i 's/two/2/' notes/todo.md; cat notes/todo.md", 'one\n2\nthree\n'],
    ['awk \'{print NR": "$1}\' notes/todo.md | tail -1', '3: three\n'],
    ['echo \'{"a":[1,2]}\' | jq -c .a', '[1,2]\n'],
    ['find . -type f', './notes/todo.md\n'],
    ['mkdir -p a/b && cp -r notes a/b && mv a/b/notes/todo.md a/x && ls a', 'b\nx\n'],
    ['cat <<E > h; wc -c < h\nüé\nE', '5\n'],
    ['printf "b\\na\\n" | sort | tee sorted; cat sorted', 'a\nb\na\nb\n'],
    ['echo hi > /dev/null; echo hi | gzip | gunzip', 'hi\n'],
    ['rm -r notes; ls', '(no output)'],
    ['cd ../../..; pwd', '/\n'],
    ['echo no >&2; exit 3', '\nSTDERR:\nno\n\nExit code: 3'],
    ['true', '(no output)'],
  ])('runs %s', async (command, expected) => {
    expect(await shell().run(command)).toBe(expected)
  })

  it('writes only what the command writes', async () => {
    const { files, run } = shell()
    await run('echo hi > notes/new; echo x > /tmp/scratch; ls /bin')
    const paths = []
    for await (const { path } of files.list('', { recursive: true })) paths.push(path)
    expect(paths).toEqual(['notes', 'notes/new', 'notes/todo.md'])
  })

  it('keeps bytes as they are', async () => {
    const { files, run } = shell()
    await run('echo //6AAA== | base64 -d > bytes; cp bytes copy; cat bytes >> copy')
    expect([...(await files.read('copy'))]).toEqual([255, 254, 128, 0, 255, 254, 128, 0])
  })

  it('remembers the working directory and /tmp of each session', async () => {
    const { run } = shell()
    await run('cd notes; echo x > /tmp/scratch')
    expect(await run('pwd; cat /tmp/scratch')).toBe('/workspace/notes\nx\n')
    expect(await run('pwd', { session: 'other' })).toBe('/workspace\n')
    expect(await run('cat /tmp/scratch', { session: 'other' })).toContain('No such file')
    expect(await run('pwd', { working_dir: '.' })).toBe('/workspace\n')
    await run('mkdir gone; cd gone; rmdir ../gone')
    expect(await run('pwd')).toBe('/workspace\n')
  })

  it('refuses a working_dir outside the workspace', async () => {
    const { run } = shell()
    await expect(run('pwd', { working_dir: '/etc' })).rejects.toThrow('inside the workspace')
    await expect(run('pwd', { working_dir: '../x' })).rejects.toThrow('not allowed')
    await expect(run('pwd', { working_dir: 'nope' })).rejects.toThrow('not a folder')
  })

  it('has the workspace as its only door to the files', async () => {
    const { files, run } = shell()
    expect(await run('ls /; cat /etc/passwd')).toMatch(/^dev\ntmp\nworkspace\n\nSTDERR:\ncat: .*No such file/)
    await run('rm -rf /')
    expect(await run('echo alive > /workspace/a; cat a')).toBe('alive\n')
    expect((await files.stat('a'))?.kind).toBe('file')
  })

  it('answers background clearly', async () => {
    await expect(shell().run('sleep 1', { background: true })).rejects.toThrow('need the real shell')
  })

  it('stops with the turn', async () => {
    const stopped = new AbortController()
    setTimeout(() => stopped.abort(new Error('the turn was stopped')), 50)
    await expect(shell().run('sleep 10', { signal: stopped.signal })).rejects.toThrow('the turn was stopped')
  })

  it('has no network', async () => {
    expect(await shell().run('curl http://127.0.0.1/')).toContain('command not found')
  })

  it.each([
    ['an endless loop', 'while true; do :; done'],
    ['a fork bomb', ':(){ :|:& };:'],
    ['a doubling string', 'x=aaaaaaaaaaaaaaaa; while true; do x=$x$x; done'],
    ['a long sleep', 'sleep 60'],
    ['an awk loop', "awk 'BEGIN{while(1)i++}'"],
    ['a sed loop', "echo a | sed ':a;s/^/x/;ba'"],
    ['a jq loop', "jq -n '[range(1e9)]|length'"],
    ['a huge sequence', 'seq 1 100000000'],
    ['a huge field', "printf '%1000000000s' x"],
    ['brace expansion', 'echo {1..1000}{1..1000}{1..1000}'],
    ['deep recursion', 'f(){ f; }; f'],
    ['an exploding regex', `echo ${'a'.repeat(200)}b | grep -E '(a+)+$'`],
  ])('survives %s', async (_name, command) => {
    // 0.3 s, in nanoseconds.
    const { files, run } = shell(undefined, 300_000_000)
    const result = await run(command)
    expect(result).toMatch(/Exit code: (?:1|2|12[46])\b/)
    expect(result.length).toBeLessThan(16_000)
    expect(await shell(files).run('echo alive')).toBe('alive\n')
  })

  it('does not let one command fill the workspace', async () => {
    const { files, run } = shell()
    const result = await run('seq 100000 > big; for i in $(seq 200); do cp big big$i || break; done')
    expect(result).toContain('one command may write 64 MB')
    let size = 0
    for await (const stat of files.list('')) size += stat.size
    expect(size).toBeLessThan(70 << 20)
  })
})
