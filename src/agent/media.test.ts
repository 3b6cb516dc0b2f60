import { describe, expect, it, onTestFinished } from 'vitest'
import { nodeDatabase } from '../../adapters/node/database.ts'
import { memoryFiles } from '../../test/support/memory-files.ts'
import { migrate } from '../db/index.ts'
import { type Files, folder } from '../files/index.ts'
import { Agenda, scheduleMigrations } from '../schedule/index.ts'
import { openUploads } from '../uploads/index.ts'
import { turnMedia, type UserPart, withWorkspacePaths } from './media.ts'

const WINDOW = 100_000
const GIF = 'GIF89a\x01\x00\x01\x00\x00\x00\x00;'

function home() {
  const db = nodeDatabase(':memory:')
  onTestFinished(() => db.close())
  migrate(db, [scheduleMigrations])
  const warnings: string[] = []
  const log = { debug() {}, info() {}, warn: (message: string) => void warnings.push(message), error() {} }
  const files = memoryFiles()
  const now = () => Date.now()
  const agenda = new Agenda({ db, alarm: { set() {} }, now, log })
  const uploads = openUploads({ files, agenda, now, inUse: () => new Set() })
  const workspace = folder(files, 'workspace')
  const save = (name: string, content: string | Uint8Array<ArrayBuffer>) =>
    uploads.save(name, new Blob([content]).stream())
  const partsOf = async (media: string[], { owner = true, window = WINDOW, into = workspace as Files } = {}) =>
    (await turnMedia({ media, owner }, { uploads, workspace: into, log })).parts(window)
  return { uploads, workspace, warnings, save, partsOf }
}

const textOf = (part: UserPart | undefined) => (part?.type === 'text' ? part.text : part)
const binary = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0))
const image = (size: number) => {
  const bytes = new Uint8Array(size)
  bytes.set(binary(GIF))
  return bytes
}

describe('turnMedia', () => {
  it('shows images by their content, whatever they are called', async () => {
    const { save, partsOf } = home()
    const { path, stored } = await save('report.pdf', binary(GIF))
    expect(await partsOf([path])).toEqual([
      { type: 'file', mediaType: 'image/gif', filename: stored, data: { type: 'data', data: binary(GIF) } },
    ])
  })

  it('shows texts of any known encoding, also those that have a type', async () => {
    const { save, partsOf } = home()
    const svg = await save('a.svg', '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>')
    const utf16 = await save('b.txt', binary('\xff\xfeA\x00\xe9\x00'))
    const parts = await partsOf([svg.path, utf16.path, svg.path])
    expect(parts.map(textOf)).toEqual([
      expect.stringMatching(/^Content of uploads\/.*_a\.svg:\n\n<\?xml.*<svg/),
      expect.stringMatching(/_b\.txt:\n\nAé$/),
    ])
  })

  it('cuts a text to what half of the model’s window holds, and says where the rest is', async () => {
    const { save, partsOf } = home()
    const { path, stored } = await save('long.txt', 'tea 😀 '.repeat(20_000))
    const [whole, cut] = [await partsOf([path], { window: 1_000_000 }), await partsOf([path], { window: 8000 })]
    expect(String(textOf(whole[0])).length).toBeGreaterThan(140_000)
    const text = String(textOf(cut[0]))
    expect(text.length).toBeLessThan(40_000)
    expect(text).toContain(`of 140000 characters; the rest with read_file, path uploads/${stored}:`)
    expect(text.isWellFormed()).toBe(true)
  })

  it('names what it does not show, and why', async () => {
    const { save, partsOf } = home()
    const large = await save('large.gif', image(4_000_000))
    const log = await save('log.txt', 'x'.repeat(256 * 1024 + 1))
    const data = await save('data', new Uint8Array([1, 0, 2]))
    expect((await partsOf([large.path, log.path, data.path])).map(textOf)).toEqual([
      `[file uploads/${large.stored}: image/gif, ${large.size} bytes. Too large to be shown (3932160 bytes at most). Open it with your tools.]`,
      `[file uploads/${log.stored}: file, 262145 bytes. Its content is not shown here. Open it with your tools.]`,
      `[file uploads/${data.stored}: file, 3 bytes. Its content is not shown here. Open it with your tools.]`,
    ])
  })

  it('shows no more than a message may hold together', async () => {
    const { save, partsOf } = home()
    const paths: string[] = []
    for (let i = 0; i < 5; i++) paths.push((await save(`${i}.gif`, image(3_000_000))).path)
    const parts = await partsOf(paths)
    expect(parts.map(({ type }) => type)).toEqual(['file', 'file', 'file', 'file', 'text'])
    expect(textOf(parts[4])).toContain('too large together')
  })

  it('puts the files of the owner into the workspace once, and those of guests nowhere', async () => {
    const { save, partsOf, workspace } = home()
    const { path, stored } = await save('a.txt', 'tea')
    await partsOf([path], { owner: false })
    expect(await workspace.stat('uploads')).toBeNull()
    await partsOf([path])
    const first = await workspace.stat(`uploads/${stored}`)
    expect(first?.size).toBe(3)
    await partsOf([path])
    expect(await workspace.stat(`uploads/${stored}`)).toEqual(first)
  })

  it('goes on without the copy when the workspace refuses it', async () => {
    const { save, partsOf, warnings } = home()
    const { path, stored } = await save('a.txt', 'tea')
    const refused = memoryFiles({ uploads: 'a file where the folder should be' })
    expect((await partsOf([path], { into: refused })).map(textOf)).toEqual([`Content of ${stored}:\n\ntea`])
    expect(warnings).toEqual(['an upload could not be put into the workspace'])
  })

  it('says that an upload has gone, and leaves out what never was one', async () => {
    const { save, partsOf, uploads } = home()
    const { path, stored } = await save('a.txt', 'tea')
    await uploads.discard(stored)
    expect((await partsOf([path, '/etc/passwd', 'https://x.example/a.png'])).map(textOf)).toEqual([
      `[file uploads/${stored}: this upload has been removed from the gateway.]`,
    ])
    expect((await turnMedia({ owner: true }, {} as never)).parts(WINDOW)).toEqual([])
  })
})

describe('withWorkspacePaths', () => {
  it('names uploads as the workspace knows them, and leaves everything else', async () => {
    const { save, uploads } = home()
    const { path, stored } = await save('a b.txt', 'x')
    expect(withWorkspacePaths(`read [file: /etc/passwd]\n[file: ${path}]`, uploads)).toBe(
      `read [file: /etc/passwd]\n[file: uploads/${stored}]`,
    )
  })
})
