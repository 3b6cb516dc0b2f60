/** One alarm, many clocks: an agenda table over the `alarm` port. */
export { Agenda, scheduleMigrations } from './agenda.ts'
