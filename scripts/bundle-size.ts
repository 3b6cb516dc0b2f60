/** Builds the Worker as a deployment would and prints its size, raw and gzipped: `node scripts/bundle-size.ts`. */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const root = fileURLToPath(new URL('..', import.meta.url))
const out = 'dist/worker'
const wrangler = fileURLToPath(new URL('../node_modules/wrangler/bin/wrangler.js', import.meta.url))

execFileSync(process.execPath, [wrangler, 'deploy', '--dry-run', '--minify', '--outdir', out], {
  cwd: root,
  stdio: ['ignore', 'ignore', 'inherit'],
  // Quiet and offline.
  env: {
    ...process.env,
    WRANGLER_SEND_METRICS: 'false',
    CLOUDFLARE_CF_FETCH_ENABLED: 'false',
    WRANGLER_HIDE_BANNER: 'true',
  },
})

const kilobytes = (bytes: number) => `${(bytes / 1024).toFixed(1)} KB`
let raw = 0
let gzipped = 0
for (const name of readdirSync(`${root}${out}`).filter((file) => /\.(m?js|wasm)$/.test(file))) {
  const bytes = readFileSync(`${root}${out}/${name}`)
  raw += bytes.length
  gzipped += gzipSync(bytes, { level: 9 }).length
  console.log(`${name}: ${kilobytes(bytes.length)}`)
}
console.log(`Worker bundle: ${kilobytes(raw)} raw, ${kilobytes(gzipped)} gzipped (the free plan takes 3072 KB gzipped)`)
