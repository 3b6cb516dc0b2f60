/** The tables of the accounts room. */
import type { Migrations } from '../db/index.ts'

export const accountMigrations: Migrations = {
  room: 'accounts',
  steps: [
    `CREATE TABLE login_flow (
      id TEXT PRIMARY KEY,
      provider TEXT NOT NULL,
      settings TEXT NOT NULL,
      mode TEXT NOT NULL,
      state TEXT NOT NULL,
      verifier TEXT NOT NULL,
      device_code TEXT NOT NULL,
      user_code TEXT NOT NULL,
      interval_ms INTEGER NOT NULL,
      next_poll INTEGER NOT NULL,
      expires_at INTEGER NOT NULL,
      busy_until INTEGER NOT NULL,
      label TEXT NOT NULL,
      proxy TEXT NOT NULL,
      inline TEXT
    ) WITHOUT ROWID;`,
    // Flows live for ten minutes: none is worth moving.
    `DROP TABLE login_flow;
    CREATE TABLE login_flow (
      id TEXT PRIMARY KEY,
      provider TEXT NOT NULL,
      settings TEXT NOT NULL,
      mode TEXT NOT NULL,
      label TEXT NOT NULL,
      secrets TEXT NOT NULL,
      interval_ms INTEGER NOT NULL,
      next_poll INTEGER NOT NULL,
      expires_at INTEGER NOT NULL,
      busy_until INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE refresh_note (
      path TEXT PRIMARY KEY,
      token TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE account_use (
      path TEXT PRIMARY KEY,
      used_at INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE history_import (
      provider TEXT PRIMARY KEY
    ) WITHOUT ROWID;`,
  ],
}
