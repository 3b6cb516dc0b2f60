/** What a channel remembers between its lives, as rows of its own. */
import type { Database } from '../platform.ts'
import type { ChannelState } from './channel.ts'

/** The state of one channel. Values are JSON, small; writes join a transaction that is open. */
export function channelState(db: Database, channel: string): ChannelState {
  return {
    get<T>(key: string): T | null {
      const row = db.query<{ value: string }>(
        'SELECT value FROM channel_state WHERE channel = ? AND key = ?',
        channel,
        key,
      )[0]
      return row ? (JSON.parse(row.value) as T) : null
    },
    set(key, value) {
      if (value === null || value === undefined) {
        db.query('DELETE FROM channel_state WHERE channel = ? AND key = ?', channel, key)
        return
      }
      db.query(
        'INSERT INTO channel_state (channel, key, value) VALUES (?, ?, ?) ON CONFLICT (channel, key) DO UPDATE SET value = excluded.value',
        channel,
        key,
        JSON.stringify(value),
      )
    },
    list<T>(prefix: string) {
      return db
        .query<{ key: string; value: string }>(
          'SELECT key, value FROM channel_state WHERE channel = ?1 AND substr(key, 1, length(?2)) = ?2 ORDER BY key',
          channel,
          prefix,
        )
        .map(({ key, value }) => ({ key, value: JSON.parse(value) as T }))
    },
  }
}
