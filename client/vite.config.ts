/** How the page is built: one entry; Monaco and its worker in chunks of their own that load after first paint. */
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const server = process.env.YESTERDAY_DEV_SERVER ?? 'http://127.0.0.1:8888'

export default defineConfig({
  plugins: [react()],
  worker: { format: 'es' },
  build: { target: 'es2022', outDir: 'dist', emptyOutDir: true, chunkSizeWarningLimit: 5000 },
  server: { proxy: { '/api': { target: server, ws: true } } },
})
