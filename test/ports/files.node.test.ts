import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openNodeFiles } from '../../adapters/node/files.ts'
import { testFiles } from './files.ts'
import type { UseFiles } from './files-reading.ts'

const inFreshFolder =
  (descriptors: boolean): UseFiles =>
  async (work) => {
    const root = await mkdtemp(join(tmpdir(), 'gateway-files-'))
    try {
      await work(openNodeFiles(root, { descriptors }))
    } finally {
      await rm(root, { recursive: true, force: true })
    }
  }

testFiles('a folder on Linux', inFreshFolder(true))
testFiles('a folder without /proc', inFreshFolder(false))
