/**
 * Puts the drawing libraries of output frames beside the frame's page: built once by their makers, fetched by a frame
 * only when it draws such an output.
 */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'
import type { Plugin } from 'vite'

const here = createRequire(import.meta.url)
const LIBRARIES = [
  'plotly.js-dist-min/plotly.min.js',
  'vega/build/vega.min.js',
  'vega-lite/build/vega-lite.min.js',
  'vega-embed/build/vega-embed.min.js',
] as const

/** The plugin for vite.config.ts. */
export function sandboxLibraries(): Plugin {
  return {
    name: 'sandbox-libraries',
    apply: 'build',
    generateBundle() {
      for (const library of LIBRARIES) {
        this.emitFile({
          type: 'asset',
          fileName: `sandbox/${basename(library)}`,
          source: readFileSync(find(library)),
        })
      }
    },
  }
}

/** A file inside a package, also where the package's `exports` do not name it. */
function find(library: string): string {
  const found = (here.resolve.paths(library) ?? []).map((folder) => join(folder, library)).find(existsSync)
  if (found === undefined) throw new Error(`${library} is not installed`)
  return found
}
