/**
 * Puts the drawing libraries of output frames beside the frame's page: built once by their makers, fetched by a frame
 * only when it draws such an output.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Plugin } from 'vite'

const here = createRequire(import.meta.url)
const LIBRARIES = [
  ['plotly.js-dist-min/package.json', 'plotly.min.js'],
  ['vega/package.json', 'build/vega.min.js'],
  ['vega-lite/package.json', 'build/vega-lite.min.js'],
  ['vega-embed/package.json', 'build/vega-embed.min.js'],
] as const

/** The plugin for vite.config.ts. */
export function sandboxLibraries(): Plugin {
  return {
    name: 'sandbox-libraries',
    apply: 'build',
    generateBundle() {
      for (const [manifest, file] of LIBRARIES) {
        const path = join(dirname(here.resolve(manifest)), file)
        this.emitFile({
          type: 'asset',
          fileName: `sandbox/${file.replace('build/', '')}`,
          source: readFileSync(path),
        })
      }
    },
  }
}
