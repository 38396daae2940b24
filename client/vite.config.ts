/** How the page is built: one entry; Monaco and its worker in chunks of their own that load after first paint. */
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { sandboxLibraries } from './sandbox.config.ts'

const server = process.env.YESTERDAY_DEV_SERVER ?? 'http://127.0.0.1:8888'

export default defineConfig({
  plugins: [react(), sandboxLibraries()],
  worker: { format: 'es' },
  build: { target: 'es2022', outDir: 'dist', emptyOutDir: true, chunkSizeWarningLimit: 5000 },
  server: { proxy: { '/api': { target: server, ws: true } } },
})
