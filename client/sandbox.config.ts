/**
 * The output frames' part of the build. The frame's page (sandbox/frame.html) is built like the app's, and stored once
 * for each level, since the server gives each level a policy of its own (server/src/http/policy.ts). The drawing
 * libraries are copied next to it as their makers built them; a frame loads one only when it draws such an output.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'
import type { Plugin } from 'vite'
import type { FrameLevel } from './src/frames/frame-protocol.ts'

const here = createRequire(import.meta.url)
const LIBRARIES = [
  'anywidget/dist/index.js',
  '@bokeh/bokehjs/build/js/bokeh.min.js',
  '@bokeh/bokehjs/build/js/bokeh-gl.min.js',
  '@bokeh/bokehjs/build/js/bokeh-tables.min.js',
  '@bokeh/bokehjs/build/js/bokeh-widgets.min.js',
  'plotly.js-dist-min/plotly.min.js',
  'vega/build/vega.min.js',
  'vega-lite/build/vega-lite.min.js',
  'vega-embed/build/vega-embed.min.js',
] as const
const LEVELS: readonly FrameLevel[] = ['static', 'offline', 'online']

/** The plugin for vite.config.ts. */
export function outputFrames(): Plugin {
  return {
    name: 'output-frames',
    generateBundle() {
      for (const library of LIBRARIES) {
        this.emitFile({
          type: 'asset',
          fileName: `sandbox/${fileName(library)}`,
          source: readFileSync(find(library)),
        })
      }
    },
    // By now the page is written.
    writeBundle({ dir = '' }, bundle) {
      const page = bundle['sandbox/frame.html']
      if (page?.type !== 'asset') throw new Error('the page of output frames was not built')
      for (const level of LEVELS) writeFileSync(join(dir, 'sandbox', `${level}.html`), page.source)
      rmSync(join(dir, 'sandbox', 'frame.html'))
    },
    configureServer({ middlewares }) {
      middlewares.use((request, _, next) => {
        request.url = request.url?.replace(
          /^\/sandbox\/(?:static|offline|online)\.html/,
          '/sandbox/frame.html',
        )
        next()
      })
    },
  }
}

/** Files with no name of their own are named for their package. */
const fileName = (library: string): string =>
  basename(library) === 'index.js' ? `${library.split('/')[0]}.js` : basename(library)

/** A file inside a package, also where the package's `exports` do not name it. */
function find(library: string): string {
  const found = (here.resolve.paths(library) ?? []).map((folder) => join(folder, library)).find(existsSync)
  if (found === undefined) throw new Error(`${library} is not installed`)
  return found
}
