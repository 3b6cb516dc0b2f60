/** The version of this checkout. */
import { readFileSync } from 'node:fs'
import * as z from 'zod'

const packageJson = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')

/** As in package.json. */
export const { version } = z.object({ version: z.string() }).parse(JSON.parse(packageJson))
