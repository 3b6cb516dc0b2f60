import { homedir } from 'node:os'
import { describe, expect, it } from 'vitest'
import { builtAsset } from './assets.ts'
import { crashPoint } from './crash-point.ts'
import { packageRoot } from './package-root.ts'
import { pathFrom } from './platform.ts'

describe('a path of the config', () => {
  it('counts from the gateway’s home, ~ from the user’s', () => {
    expect(pathFrom('/srv/claw', 'logs')).toBe('/srv/claw/logs')
    expect(pathFrom('/srv/claw', ' /var/ws/ ')).toBe('/var/ws')
    expect(pathFrom('/srv/claw', '~')).toBe(homedir())
    expect(pathFrom('/srv/claw', '~/ws')).toBe(`${homedir()}/ws`)
    expect(pathFrom('/srv/claw', '~other/ws')).toBe('/srv/claw/~other/ws')
  })
})

describe('an asset of the build', () => {
  it('is there in a checkout that was never built', async () => {
    const unbuilt = [new URL('no-such-folder/', packageRoot), new URL('node_modules/swagger-ui-dist/', packageRoot)]
    const script = await builtAsset('swagger-ui-bundle.js', { folders: unbuilt })
    expect(script?.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect((await script!.arrayBuffer()).byteLength).toBeGreaterThan(100_000)
  })

  it('has no name that leaves its folder', async () => {
    for (const name of [
      '../package.json',
      '..',
      '.env',
      'a/b',
      'console/../x',
      'console/.x',
      'console/a/b',
      '%2e%2e',
      '',
      '/etc/passwd',
    ]) {
      expect([name, await builtAsset(name)]).toEqual([name, null])
    }
  })
})

describe('a crash point', () => {
  it('does not exist unless a test asks for it', () => {
    expect(crashPoint(undefined)).toBeUndefined()
    expect(crashPoint('')).toBeUndefined()
  })
})
