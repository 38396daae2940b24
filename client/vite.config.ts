/**
 * How the page is built. Two entries: the app, and the page of output frames, whose code never mixes with the app's.
 * Monaco, its worker and the widgets are chunks of their own, loaded when they are needed.
 */
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { gallery } from './gallery/plugin.ts'
import { outputFrames } from './sandbox.config.ts'

/** `npm run dev` names it. Sign-in, frames of outputs and their code are the server's; the rest of the page is Vite's. */
const server = process.env.YESTERDAY_DEV_SERVER ?? 'http://127.0.0.1:8888'

export default defineConfig({
  plugins: [react(), outputFrames(), gallery()],
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: true,
    chunkSizeWarningLimit: 5000,
    rolldownOptions: { input: ['index.html', 'sandbox/frame.html'] },
  },
  server: {
    proxy: {
      '/api': { target: server, ws: true },
      '/sandbox': server,
      '/assets': server,
      '^/\\?token=': server,
    },
  },
})
