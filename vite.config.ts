/** The console: `web/` into `dist/assets/console`, one flat folder. `npm run dev:web` serves it beside a running gateway. */
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** Where `npm run dev:web` finds the gateway. */
const gateway = process.env.CLAWGO_DEV_GATEWAY ?? 'http://127.0.0.1:18790'

export default defineConfig({
  root: 'web',
  base: '/console/',
  plugins: [react(), tailwindcss()],
  build: {
    outDir: '../dist/assets/console',
    emptyOutDir: true,
    assetsDir: '',
    // The policy of the page knows no data: scripts or fonts, and modules preload natively.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2023',
    reportCompressedSize: false,
    license: { fileName: 'licenses.txt' },
  },
  server: {
    host: '127.0.0.1',
    proxy: {
      '/api': { target: gateway, ws: true },
      '/login': { target: gateway },
    },
  },
})
