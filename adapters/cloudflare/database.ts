/** The `Database` port on a Durable Object's SQLite storage. */
import { checkParameters, refusePromise, refuseUnsafeInteger } from '../../src/db/values.ts'
import type { Database, SqlRow, SqlValue } from '../../src/platform.ts'

/** The object's one database. Writes are durable before any response leaves the object (output gates). */
export function objectDatabase(storage: DurableObjectStorage): Database {
  return {
    query<Row extends object = SqlRow>(sql: string, ...params: SqlValue[]): Row[] {
      checkParameters(params)
      const rows: Array<Record<string, SqlStorageValue | Uint8Array>> = storage.sql.exec(sql, ...params).toArray()
      for (const row of rows) {
        for (const column in row) {
          const value = row[column]
          if (typeof value === 'number') refuseUnsafeInteger(value, column)
          else if (value instanceof ArrayBuffer) row[column] = new Uint8Array(value)
        }
      }
      return rows as Row[]
    },

    size: () => storage.sql.databaseSize,

    transaction<T>(work: () => T): T {
      return storage.transactionSync(() => {
        const result = work()
        refusePromise(result)
        return result
      })
    },
  }
}
