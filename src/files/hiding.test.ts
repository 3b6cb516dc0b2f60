import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { openNodeFiles } from '../../adapters/node/files.ts'
import { hiding } from './hiding.ts'

const root = mkdtempSync(join(tmpdir(), 'hiding-'))
afterAll(() => rmSync(root, { recursive: true }))

it('keeps a folder out of reading, listing, writing, moving and removing', async () => {
  const files = openNodeFiles(root)
  await files.write('own/.clawgo/config.json', 'secret')
  await files.write('own/notes.md', 'mine')
  const view = hiding(files, 'own/.clawgo')
  expect(await view.stat('own/.clawgo/config.json')).toBeNull()
  for (const attempt of [
    view.read('own/.clawgo/config.json'),
    view.read('own/./.clawgo//config.json'),
    view.stream('own/.clawgo/config.json'),
    view.write('own/.clawgo/new', 'x'),
    view.append('own/.clawgo/config.json', 'x'),
    view.mkdir('own/.clawgo/x'),
    view.rename('own', 'other'),
    view.rename('own/notes.md', 'own/.clawgo/notes.md'),
    view.remove('own', { recursive: true }),
    view.remove('own/.clawgo', { recursive: true }),
  ]) {
    await expect(attempt).rejects.toMatchObject({ code: 'EACCES' })
  }
  const listed: string[] = []
  for await (const { path } of view.list('', { recursive: true })) listed.push(path)
  expect(listed).toEqual(['own', 'own/notes.md'])
  expect(new TextDecoder().decode(await view.read('own/notes.md'))).toBe('mine')
})
