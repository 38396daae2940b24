/**
 * How the page is built. Three entries: the app, the page of output frames, and the
 * script of the pages to sign in. Their code does not mix.
 * Monaco, its worker and the widgets are chunks of their own, loaded when they are needed.
 */
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { gallery } from './gallery/plugin.ts'
import { outputFrames } from './sandbox.config.ts'

/** `npm run dev` names it. Sign-in, frames of outputs and their code are the server's; the rest of the page is Vite's. */
const server = process.env.YESTERDAY_DEV_SERVER ?? 'http://127.0.0.1:8888'

export default defineConfig({
  // Relative: the server knows below which path of its host it is.
  base: './',
  plugins: [react(), outputFrames(), gallery()],
  worker: { format: 'es' },
  // monaco-vim names files of an older Monaco.
  resolve: { alias: { 'monaco-editor/esm/vs': 'monaco-editor' } },
  build: {
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: true,
    chunkSizeWarningLimit: 5000,
    rolldownOptions: {
      input: { index: 'index.html', frame: 'sandbox/frame.html', 'sign-in': 'sign-in/sign-in.ts' },
      // The server's own pages name it (server/src/http/pages.ts).
      output: {
        entryFileNames: ({ name }) => (name === 'sign-in' ? 'sign-in.js' : 'assets/[name]-[hash].js'),
      },
    },
  },
  server: {
    proxy: {
      '/api': { target: server, ws: true },
      '/terminals/websocket': { target: server, ws: true },
      '/sandbox': server,
      '/assets': server,
      '/sign-in': server,
      '/join': server,
      '^/\\?token=': server,
    },
  },
})
