/** What the models were used for, by day, model and session. */
export { type Day, dayAt } from './day.ts'
export { Ledger } from './ledger.ts'
export { NANOS, type Price, priceOf } from './price.ts'
export { type Counted, usageMigrations } from './tables.ts'
