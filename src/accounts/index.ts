/** Accounts: signing in to model providers, their credentials at rest, fresh tokens, and the view of it all. */
export { accountMigrations } from './account-tables.ts'
export { type AccountsRoom, type AccountsRoomDeps, openAccounts } from './room.ts'
export { openVault, type Vault } from './vault.ts'
