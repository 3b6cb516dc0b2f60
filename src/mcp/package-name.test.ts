import { describe, expect, it } from 'vitest'
import { installerNamed, packageSpec } from './package-name.ts'

describe('packages that may be installed', () => {
  it.each([
    ['uv', 'example-mcp', 'example-mcp'],
    ['uv', ' mcp_server.time==1.2.3rc1 ', 'mcp_server.time'],
    ['uv', 'ruff@0.5.0', 'ruff'],
    ['bun', '@upstash/context7-mcp', 'context7-mcp'],
    ['bun', '@scope/name@1.0.0-beta.2', 'name'],
    ['bun', 'name@2', 'name'],
  ] as const)('%s: %j, whose command is %s', (installer, text, bin) => {
    expect(packageSpec(text, installer)).toMatchObject({ spec: text.trim(), bin })
  })

  const never = [
    ...['--help', '-e', '.', '..', './here', '../x', '/etc/passwd', 'C:\\x', '~/x', 'a/b', 'a b', 'a;b', "a'b", 'a\nb'],
    ...['git+https://a.example/x', 'https://a.example/x.tgz', 'github:a/b', 'git@github.com:a/b', 'file:x', 'npm:x@1'],
    ...[
      'x.tgz',
      'x.tar.gz',
      'x.whl',
      'x.zip',
      'name@latest',
      'name@^1',
      'name@',
      'name==',
      'name>=1',
      'name[extra]',
      '@',
      '@/x',
    ],
    ...['name@1@2', '$(id)', '`id`', 'ünï', 'x'.repeat(300)],
  ]
  it.each(never)('never %j', (text) => {
    for (const installer of ['uv', 'bun'] as const)
      expect(() => packageSpec(text, installer)).toThrow(/^invalid package/)
  })

  it('knows what each registry has', () => {
    expect(() => packageSpec('@scope/name', 'uv')).toThrow(/name==1\.2\.3/)
    expect(() => packageSpec('name==1.0', 'bun')).toThrow(/@scope\/name/)
    expect(() => packageSpec('  ', 'uv')).toThrow('package required')
  })

  it('takes two installers', () => {
    expect([installerNamed(''), installerNamed(' UV '), installerNamed('bun')]).toEqual(['uv', 'uv', 'bun'])
    expect(() => installerNamed('npm')).toThrow('unsupported installer: npm')
  })
})
