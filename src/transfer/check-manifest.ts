/** Whether a manifest may be taken in here. It is believed in nothing: its checksums must add up, and its names must be of this home. */
import { badRequest, GatewayError } from '../errors.ts'
import { clean, FileError } from '../files/index.ts'
import { CONFIG, isOwnInOtherCase, locate, type TransferHome } from './contents.ts'
import { digestOf, listSha256, type Manifest } from './format.ts'
import { portableTables, schemaOf } from './tables.ts'

/** Throws 400 for a manifest that does not add up or leads out of the home, 409 for one of other tables. */
export async function checkManifest(home: TransferHome, manifest: Manifest): Promise<void> {
  if ((await digestOf(manifest)) !== manifest.digest)
    throw badRequest('the manifest does not add up: its digest is wrong')
  checkSchema(home, manifest)
  await checkTables(home, manifest)
  await checkFiles(home, manifest)
}

function checkSchema({ db }: TransferHome, { schema }: Manifest): void {
  const here = schemaOf(db)
  for (const [room, version] of Object.entries(schema)) {
    if (here[room] === undefined || here[room] === version) continue // a room of one runtime alone
    const newer = here[room] < version ? 'that gateway is newer' : 'this gateway is newer'
    throw otherSchema(`The databases differ (${room}): ${newer}.`)
  }
}

async function checkTables({ db }: TransferHome, { tables }: Manifest): Promise<void> {
  const shapes = new Map(portableTables(db).map((shape) => [shape.name, shape]))
  for (const { name, columns, rows, sha256, chunks } of tables) {
    const shape = shapes.get(name)
    if (!shape || JSON.stringify(shape.columns) !== JSON.stringify(columns))
      throw otherSchema(`This gateway has no such table ${name}.`)
    const sum = chunks.reduce((total, chunk) => total + chunk.rows, 0)
    if (sum !== rows || (await listSha256(chunks)) !== sha256) throw doesNotAddUp(name)
  }
  if (new Set(tables.map(({ name }) => name)).size < tables.length) throw doesNotAddUp('a table is in it twice')
}

async function checkFiles(home: TransferHome, { files }: Manifest): Promise<void> {
  const places = new Set<string>()
  for (const { path, size, sha256, chunks } of files) {
    const place = locate(home, refuseOdd(home, path))
    const sum = chunks.reduce((total, { bytes }) => total + bytes, 0)
    if (sum !== size || (await listSha256(chunks)) !== sha256) throw doesNotAddUp(path)
    places.add(`${place.files === home.files ? 'home' : 'workspace'}/${place.path}`)
  }
  if (!files.some(({ path }) => path === CONFIG)) throw doesNotAddUp(`it has no ${CONFIG}`)
  if (places.size < files.length) throw doesNotAddUp('a file is in it twice')
  for (const place of places) {
    for (let at = place.lastIndexOf('/'); at > 0; at = place.lastIndexOf('/', at - 1)) {
      if (places.has(place.slice(0, at))) throw doesNotAddUp('a file is a folder as well')
    }
  }
}

function refuseOdd(home: TransferHome, path: string): string {
  try {
    if (clean(path) === path && !isOwnInOtherCase(home, path)) return path
  } catch (error) {
    if (!(error instanceof FileError)) throw error
  }
  throw badRequest(`the manifest names a file that cannot be made here: ${path.slice(0, 200)}`)
}

const doesNotAddUp = (what: string) => badRequest(`the manifest does not add up: ${what.slice(0, 200)}`)

const otherSchema = (what: string) => new GatewayError(409, 'other_schema', `${what} Update both to one version.`)
