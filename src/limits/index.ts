/** Limits of a gateway: what its host or its owner sets, who is refused, and the warnings before. */
export { FileQuota } from './file-quota.ts'
export { LimitGuard, type LimitReport } from './guard.ts'
export { limitedPlatform } from './limited-platform.ts'
export {
  isBudgetReached,
  LIMIT_NAMES,
  type LimitName,
  type Limits,
  limitReached,
  limitsFromEnv,
  limitsSchema,
  stricter,
  type Threshold,
} from './limits.ts'
export { openLimits } from './room.ts'
export { usageRoutes } from './routes.ts'
export { limitMigrations, type Warning } from './warnings.ts'
