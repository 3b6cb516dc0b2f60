import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import JSZip from 'jszip'
import { createTar } from 'nanotar'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GatewayError } from '../../errors.ts'
import { ARCHIVE_LIMITS, type ArchiveLimits, archiveBaseName, archiveEntries } from './index.ts'

const run = promisify(execFile)
let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'skill-archive-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

async function unpack(name: string, bytes: Uint8Array | string, limits?: Partial<ArchiveLimits>) {
  const found: Record<string, string> = {}
  const archive = new Blob([bytes as Uint8Array<ArrayBuffer>])
  for await (const { path, data } of archiveEntries(name, archive, { ...ARCHIVE_LIMITS, ...limits })) {
    found[path] = new TextDecoder().decode(data)
  }
  return found
}

/** The status and text of the refusal. */
async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => new Error('nothing was refused'),
    (error: unknown) => error,
  )
  if (!(error instanceof GatewayError)) throw error
  return `${error.status} ${error.message}`
}

/** An archive that the real tar made of these files. */
async function realTar(options: string[], files: Record<string, string>): Promise<Uint8Array> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, 'in', path)), { recursive: true })
    await writeFile(join(root, 'in', path), text)
  }
  await run('tar', [...options, '-cf', join(root, 'out.tar'), '-C', join(root, 'in'), '.'])
  return readFile(join(root, 'out.tar'))
}

async function zip(files: Record<string, string | Uint8Array>): Promise<Uint8Array> {
  const archive = new JSZip()
  for (const [path, text] of Object.entries(files)) archive.file(path, text, { createFolders: false })
  return archive.generateAsync({ type: 'uint8array', compression: 'DEFLATE' })
}

const LONG = `${'folder-with-a-long-name/'.repeat(6)}a file with spaces.md`

describe('tar archives', () => {
  it.each([['ustar'], ['pax'], ['gnu'], ['v7']])('reads what tar --format=%s writes', async (format) => {
    const files: Record<string, string> = { 'a/SKILL.md': 'text', 'a/empty': '', 'a/big': 'x'.repeat(2000) }
    if (format !== 'v7') files[LONG] = 'deep'
    if (format === 'pax' || format === 'gnu') files['a/日本語 = ü.md'] = 'ü'
    expect(await unpack('x.tar', await realTar([`--format=${format}`], files))).toEqual(files)
  })

  it('reads gzipped ones, whatever the ending is called', async () => {
    const tar = gzipSync(await realTar([], { 'a/SKILL.md': 'text' }))
    expect(await unpack('x.tar.gz', tar)).toEqual({ 'a/SKILL.md': 'text' })
    expect(await unpack('X.TGZ', tar)).toEqual({ 'a/SKILL.md': 'text' })
  })

  it.each([['../x'], ['a/../../x'], ['/etc/x'], ['C:x'], ['a\\..\\x'], ['con']])(
    'refuses the name %s',
    async (name) => {
      const tar = createTar([{ name, data: 'x' }])
      expect(await refusal(unpack('x.tar', tar))).toMatch(/^400 invalid archive entry path: /)
    },
  )

  it('refuses an unsafe name that stands in a pax header', async () => {
    await mkdir(join(root, 'in'))
    await writeFile(join(root, 'in/plain'), 'x')
    const out = join(root, 'out.tar')
    const rename = `s,^.*plain$,../../${'escaped/'.repeat(20)}plain,`
    await run('tar', ['--format=pax', '-P', '--transform', rename, '-cf', out, '-C', join(root, 'in'), 'plain'])
    expect(await refusal(unpack('x.tar', await readFile(out)))).toMatch(/^400 invalid archive entry path: \.\.\//)
  })

  it('refuses symbolic and hard links', async () => {
    await mkdir(join(root, 'in'))
    await symlink('/etc/passwd', join(root, 'in/link'))
    expect(await refusal(unpack('x.tar', await realTar([], {})))).toMatch(/^400 archive holds a link .*: link;/)
    await rm(join(root, 'in/link'))
    await writeFile(join(root, 'in/a'), 'x')
    await run('ln', [join(root, 'in/a'), join(root, 'in/b')])
    expect(await refusal(unpack('x.tar', await realTar([], {})))).toMatch(/^400 archive holds a link/)
  })

  it('refuses what is cut off, damaged or something else', async () => {
    const tar = createTar([{ name: 'a', data: 'x'.repeat(2000) }])
    const flipped = tar.slice()
    flipped[0]! ^= 1
    const noSize = tar.slice()
    noSize.set(new TextEncoder().encode('-0000001000'), 124)
    for (const bytes of [tar.slice(0, 1000), tar.slice(0, 600), flipped, noSize, 'no archive', 'x'.repeat(4096)]) {
      expect(await refusal(unpack('x.tar', bytes))).toBe('400 broken archive: it is damaged or no tar file')
    }
    const gz = gzipSync(tar)
    for (const bytes of [gz.subarray(0, 30), tar, 'x']) {
      expect(await refusal(unpack('x.tgz', bytes))).toBe('400 broken archive: it is damaged or no tar file')
    }
    expect(await unpack('x.tar', '')).toEqual({})
  })

  it('stops inflating a bomb', async () => {
    const many = createTar([1, 2, 3].map((n) => ({ name: `zeros${n}`, data: new Uint8Array(9 << 20) })))
    expect(await refusal(unpack('x.tgz', gzipSync(many)))).toBe('413 archive unpacks to over 100 times its size')
  })
})

describe('zip archives', () => {
  it('reads files, leaves folders and litter out, and takes the backslashes of Windows for slashes', async () => {
    const bytes = await zip({
      'a/SKILL.md': 'text',
      'a\\scripts\\run.sh': 'run',
      'a/日本語.md': 'ü',
      '__MACOSX/a/._SKILL.md': 'x',
      'a/.DS_Store': 'x',
    })
    expect(await unpack('x.ZIP', bytes)).toEqual({
      'a/SKILL.md': 'text',
      'a/scripts/run.sh': 'run',
      'a/日本語.md': 'ü',
    })
  })

  it.each([['../x'], ['a/../../x'], ['/etc/x'], ['..\\x'], ['C:\\x'], ['con']])('refuses the name %s', async (name) => {
    // JSZip would write a cleaned name: put the real one into its place.
    const safe = 'z'.repeat(name.length)
    const bytes = Buffer.from(await zip({ [safe]: 'x' }))
    for (let at = bytes.indexOf(safe); at >= 0; at = bytes.indexOf(safe)) bytes.write(name, at)
    expect(await refusal(unpack('x.zip', bytes))).toMatch(/^400 invalid archive entry path: /)
  })

  it('refuses links', async () => {
    const archive = new JSZip()
    archive.file('link', '/etc/passwd', { unixPermissions: 0o120777 })
    const bytes = await archive.generateAsync({ type: 'uint8array', platform: 'UNIX' })
    expect(await refusal(unpack('x.zip', bytes))).toMatch(/^400 archive holds a link .*: link;/)
  })

  it('refuses what is cut off, damaged, encrypted or something else', async () => {
    const bytes = await zip({ a: 'hello '.repeat(1000) })
    const damaged = bytes.slice()
    damaged.fill(0xff, 40, 48)
    const encrypted = bytes.slice()
    for (let i = 0; i < bytes.length - 4; i++) {
      const signature = new DataView(bytes.buffer, bytes.byteOffset + i).getUint32(0, true)
      if (signature === 0x04034b50) encrypted[i + 6]! |= 1
      if (signature === 0x02014b50) encrypted[i + 8]! |= 1
    }
    for (const wrong of [bytes.slice(0, 60), damaged, '', 'no archive']) {
      expect(await refusal(unpack('x.zip', wrong))).toBe('400 broken archive: it is damaged or no zip file')
    }
    expect(await refusal(unpack('x.zip', encrypted))).toBe('400 broken archive: it is encrypted')
  })

  it('refuses a file whose size in the directory is a lie', async () => {
    const bytes = await zip({ a: 'hello '.repeat(1000) })
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    for (let i = 0; i < bytes.length - 4; i++)
      if (view.getUint32(i, true) === 0x02014b50) view.setUint32(i + 24, 10, true)
    expect(await refusal(unpack('x.zip', bytes))).toBe('400 broken archive: it is damaged or no zip file')
  })

  it('stops inflating a bomb', async () => {
    expect(await refusal(unpack('x.zip', await zip({ a: new Uint8Array(9 << 20) })))).toBe(
      '413 archive unpacks to over 100 times its size',
    )
  })
})

describe('limits', () => {
  const files = { a: 'x'.repeat(600), b: 'y'.repeat(600), c: 'z' }
  const archives: Array<[string, () => Promise<Uint8Array>]> = [
    ['x.zip', () => zip(files)],
    ['x.tar', async () => createTar(Object.entries(files).map(([name, data]) => ({ name, data })))],
  ]

  it.each(archives)('of %s: files, one file, everything, the archive', async (name, make) => {
    const bytes = await make()
    expect(await unpack(name, bytes, { files: 3 })).toEqual(files)
    expect(await refusal(unpack(name, bytes, { files: 2 }))).toBe('413 too many files in archive: at most 2')
    expect(await refusal(unpack(name, bytes, { fileBytes: 599 }))).toMatch(/^413 file too large in archive: a /)
    expect(await refusal(unpack(name, bytes, { totalBytes: 1000 }))).toMatch(/^413 archive too large unpacked/)
    expect(await refusal(unpack(name, bytes, { archiveBytes: 100 }))).toMatch(/^413 archive too large/)
  })

  it('do not mind a small archive that compresses well', async () => {
    const text = 'same '.repeat(200_000)
    expect(await unpack('x.zip', await zip({ a: text }))).toEqual({ a: text })
  })
})

describe('archiveBaseName', () => {
  it('drops the ending and refuses others', () => {
    expect(['My.Skill.zip', 'a.tar.gz', 'a.TGZ', 'a.tar'].map(archiveBaseName)).toEqual(['My.Skill', 'a', 'a', 'a'])
    for (const name of ['a.rar', 'zip', '', 'a.zip.txt']) {
      expect(() => archiveBaseName(name)).toThrow(`unsupported archive format: ${name}`)
    }
  })
})
