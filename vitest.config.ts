import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    reporters: ['default', './test/summary.ts'],
    silent: 'passed-only',
    // The crash tests mostly wait for clocks and restarts: a third worker keeps two cores busy.
    maxWorkers: 3,
    projects: [
      // Unit tests stand beside their module; port and contract tests drive the real adapters.
      {
        test: {
          name: 'node',
          environment: 'node',
          include: [
            'src/**/*.test.ts',
            'adapters/node/**/*.test.ts',
            'test/{ports,contract,crash}/**/*.test.ts',
            'web/src/**/*.test.ts',
          ],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      // The console in a real browser; run by `npm run test:web`, not by `npm test`.
      {
        test: {
          name: 'web',
          environment: 'node',
          include: ['test/web/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // One browser at a time: two cores share it with the gateways.
          fileParallelism: false,
        },
      },
      // What must hold inside workerd itself: the ports, and eviction in mid-turn.
      {
        // The bucket is optional in wrangler.toml; here both ways are tested.
        plugins: [cloudflareTest({ wrangler: { configPath: './wrangler.toml' }, miniflare: { r2Buckets: ['BLOBS'] } })],
        test: { name: 'workers', include: ['test/workers/**/*.test.ts'], testTimeout: 30_000 },
      },
    ],
  },
})
