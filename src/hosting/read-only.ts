/**
 * A tenant whose database could not be brought up to date: everything is as it was before the attempt, so it is shown and
 * not changed. Reading needs no new tables; whatever does answers what happened.
 */

import { Hono } from 'hono'
import { CHANNEL_KINDS } from '../channels/index.ts'
import { GatewayError } from '../errors.ts'
import type { Files } from '../files/index.ts'
import {
  accessOf,
  authentication,
  endpointsOf,
  entrance,
  FailedLogins,
  type Route,
  unknownPath,
  versionRoute,
} from '../http/index.ts'
import { memoryRoutes } from '../memory/index.ts'
import type { Database, Platform } from '../platform.ts'
import { Sessions, sessionRoutes } from '../sessions/index.ts'
import { workspaceRoutes } from '../workspace/index.ts'
import { isRoutePath } from './route-paths.ts'

/** Whether a gateway did not open because of its migrations. */
export function isReadOnlyReason(error: unknown): boolean {
  return error instanceof GatewayError && error.code === 'migration_failed'
}

/** Serves version, sessions, history, memory and workspace files of a hosted tenant; all else is 503 `read_only`. */
export function createReadOnlyApp(platform: Platform, options: { version: string }): Hono {
  const { now, log } = platform
  const db = withoutWrites(platform.db)
  const access = accessOf({ config: () => ({ gateway: CLOSED }), loopback: false })
  const enter = entrance({ log, now: () => now() }, access)
  const authenticate = authentication(access, new FailedLogins(() => now()), true)
  const workspace = withoutFileWrites(platform.workspace(''))
  const routes: Route[] = [
    versionRoute({ version: options.version, channels: CHANNEL_KINDS.map(({ name }) => name) }),
    ...sessionRoutes(new Sessions({ db, now: () => now() })),
    ...memoryRoutes(() => workspace),
    ...workspaceRoutes(() => workspace),
  ].filter(({ method }) => method === 'GET')

  const app = new Hono()
  for (const endpoints of endpointsOf(routes)) {
    app.all(
      endpoints.path,
      enter(async (c) => {
        const found = endpoints.route(c.req.method)
        await authenticate(c, found)
        if (!found) throw readOnly()
        try {
          return await endpoints.answer(c)
        } catch (error) {
          // The old tables may lack what the new code asks for.
          if (error instanceof GatewayError && error.status < 500) throw error
          throw readOnly(error)
        }
      }),
    )
  }
  app.all(
    '*',
    enter(async (c) => {
      if (!isRoutePath(c.req.path)) return unknownPath(c)
      await authenticate(c)
      throw readOnly()
    }),
  )
  return app
}

const CLOSED = { host: '', token: '' }

function readOnly(cause?: unknown): GatewayError {
  const text =
    'this gateway is read-only: its database could not be brought up to date with the program and was left as it was. ' +
    'Nothing is lost; ask whoever runs this host. Sessions, history, memory and workspace files can be read.'
  return new GatewayError(503, 'read_only', text, { headers: { 'Retry-After': '600' }, cause })
}

function withoutWrites(db: Database): Database {
  return {
    query(sql, ...params) {
      if (
        !/^\s*(SELECT|WITH)\b/i.test(sql) ||
        /\b(INSERT|UPDATE|DELETE|REPLACE)\b\s+(INTO|FROM|OR|\w+\s+SET)/i.test(sql)
      ) {
        throw readOnly()
      }
      return db.query(sql, ...params)
    },
    transaction: (work) => work(),
  }
}

function withoutFileWrites(files: Files): Files {
  const refuse = async () => {
    throw readOnly()
  }
  return {
    root: files.root,
    stat: (path) => files.stat(path),
    read: (path, offset, length) => files.read(path, offset, length),
    stream: (path, offset, length) => files.stream(path, offset, length),
    list: (path, options) => files.list(path, options),
    write: refuse,
    append: refuse,
    mkdir: refuse,
    rename: refuse,
    remove: refuse,
  }
}
