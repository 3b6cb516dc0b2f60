import { expect, it } from 'vitest'
import { addJob } from './cron-add.ts'

const job = { name: 'x', message: 'look' }

it.each([
  [
    { cron: '0 8 * * *', tz: 'Europe/Rome' },
    { expr: '0 8 * * *', tz: 'Europe/Rome' },
  ],
  [{ every: '90' }, { kind: 'every', everyMs: 90_000 }],
  [{ at: '2126-03-01T09:00:00+01:00' }, { at: '2126-03-01T08:00:00.000Z' }],
  [{ at: '2126-03-01 09:00' }, { at: new Date('2126-03-01T09:00').toISOString() }],
  [
    { every: '5', deliver: true, channel: 'telegram', to: '42' },
    { kind: 'every', everyMs: 5000, deliver: true, channel: 'telegram', to: '42' },
  ],
])('reads %j', (options, request) => {
  expect(addJob({ ...job, ...options })).toEqual({ ...job, ...request })
})

it.each([
  [{ message: 'x', every: '5' }, '--name is required'],
  [{ name: 'x', every: '5' }, '--message is required'],
  [{ ...job }, 'Either --every or --cron must be specified'],
  [{ ...job, every: '5', cron: '@daily' }, 'Only one of --every, --cron and --at can be specified'],
  [{ ...job, every: 'soon' }, '--every is a number of seconds, not soon'],
  [{ ...job, every: '0' }, '--every is a number of seconds, not 0'],
  [{ ...job, at: 'soon' }, '--at is no time: soon'],
  [{ ...job, every: '5', tz: 'UTC' }, '--tz goes with --cron'],
  [{ ...job, every: '5', deliver: true, channel: 'telegram' }, '--deliver needs --channel and --to'],
])('refuses %j', (options, reason) => {
  expect(() => addJob(options)).toThrow(reason)
})
