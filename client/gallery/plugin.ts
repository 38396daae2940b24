/**
 * Serves the gallery at `/gallery` while Vite serves the page. A build has none of it. Pictures that fixtures refer to by
 * digest are in `pictures/`, named by the last four characters.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'

const PICTURE = /^\/api\/objects\/sha256(?::|%3A)0{60}([0-9a-f]{4})/

/** The plugin for vite.config.ts. */
export function gallery(): Plugin {
  return {
    name: 'gallery',
    configureServer({ middlewares }) {
      middlewares.use((request, response, next) => {
        const picture = PICTURE.exec(request.url ?? '')?.[1]
        const file = picture === undefined ? null : join(import.meta.dirname, 'pictures', `${picture}.svg`)
        if (file !== null && existsSync(file)) {
          response.setHeader('content-type', 'image/svg+xml')
          response.end(readFileSync(file))
          return
        }
        request.url = request.url?.replace(/^\/gallery\/?(?=\?|$)/, '/gallery/index.html')
        next()
      })
    },
  }
}
