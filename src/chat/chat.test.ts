import { describe, expect, it, onTestFinished } from 'vitest'
import { nodeDatabase } from '../../adapters/node/database.ts'
import { migrate } from '../db/index.ts'
import { Sessions } from '../sessions/index.ts'
import { Chat } from './chat.ts'
import type { TurnEngine } from './engine.ts'
import { chatMigrations, type TurnInput } from './tables.ts'

describe('mediaInUse', () => {
  it('names the media of messages that wait or came lately, and of no others', () => {
    const db = nodeDatabase(':memory:')
    onTestFinished(() => db.close())
    migrate(db, [chatMigrations])
    const turn = (acceptedAt: number, endedAt: number | null, media?: string[]) => {
      const input: TurnInput = { text: 'hi', ...(media ? { media } : {}), channel: 'cli', chat: 'direct', owner: true }
      db.query(
        "INSERT INTO turn (session, state, input, accepted_at, ended_at) VALUES (1, 'done', ?, ?, ?)",
        JSON.stringify(input),
        acceptedAt,
        endedAt,
      )
    }
    turn(10, 20, ['/uploads/old'])
    turn(10, null, ['/uploads/waiting'])
    turn(100, 110, ['/uploads/late', '/uploads/waiting'])
    turn(100, 110)
    const chat = new Chat({ engine: {} as TurnEngine, db, sessions: new Sessions({ db, now: Date.now }) })
    expect(chat.mediaInUse(100)).toEqual(new Set(['/uploads/waiting', '/uploads/late']))
    expect(chat.mediaInUse(101)).toEqual(new Set(['/uploads/waiting']))
  })
})
