/**
 * The built client. Invariant: only files that were there when the server started are served, found by exact path, so
 * that no path of a request ever reaches the disk.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import type { Request, Response } from 'express'
import { perform } from './reply.ts'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.ttf': 'font/ttf',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.map': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
}
const encodings = [
  { name: 'br', suffix: '.br' },
  { name: 'gzip', suffix: '.gz' },
] as const

/** The client's files, by URL path. */
export class StaticFiles {
  readonly #folder: string
  readonly #files: ReadonlySet<string>

  constructor(folder: string) {
    this.#folder = folder
    this.#files = new Set(listFiles(folder))
  }

  /** The app's page, as in `index.html`; null if the client was not built. */
  page(): string | null {
    return this.#files.has('/index.html') ? readFileSync(join(this.#folder, 'index.html'), 'utf8') : null
  }

  has(path: string): boolean {
    return this.#files.has(path) && !/\.(?:br|gz)$/.test(path)
  }

  /** Sends a file, precompressed where the browser takes it. These are public: they hold nothing of a project. */
  async send(request: Request, response: Response, headers: Readonly<Record<string, string>>): Promise<void> {
    const encoding = encodings.find(
      ({ name, suffix }) => this.#files.has(request.path + suffix) && request.acceptsEncodings(name) === name,
    )
    await perform(response, {
      kind: 'file',
      absolute: join(this.#folder, ...request.path.split('/')) + (encoding?.suffix ?? ''),
      headers: {
        'content-type': types[extname(request.path)] ?? 'application/octet-stream',
        'cache-control': cacheControl(request.path),
        vary: 'Accept-Encoding',
        ...(encoding ? { 'content-encoding': encoding.name } : {}),
        ...headers,
      },
    })
  }
}

/** Names under `/assets/` carry a hash of their content. */
const cacheControl = (path: string): string =>
  path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'

function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => urlPath(folder, join(entry.parentPath, entry.name)))
  } catch {
    return []
  }
}

const urlPath = (folder: string, file: string): string => file.slice(folder.length).replaceAll('\\', '/')
