import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { objectDatabase } from '../../adapters/cloudflare/database.ts'
import { testDatabase } from '../ports/database.ts'

let opened = 0

testDatabase("a Durable Object's SQLite", (work) =>
  runInDurableObject(env.GATEWAY.getByName(`database-${++opened}`), (_, state) => work(objectDatabase(state.storage))),
)
