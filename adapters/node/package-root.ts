/** The package this code belongs to, found from the sources and from the build alike: both lie two folders below it. */
import { readFileSync } from 'node:fs'

/** The package's own folder, with a slash at the end. */
export const packageRoot = new URL('../../', import.meta.url)

const packageJson: { version: string } = JSON.parse(readFileSync(new URL('package.json', packageRoot), 'utf8'))

/** As in package.json. */
export const version = packageJson.version
