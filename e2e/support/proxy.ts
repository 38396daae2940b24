/** A proxy that ends TLS for a server below a path, as Caddy and nginx do. */
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { request } from 'node:http'
import { createServer } from 'node:https'
import { connect } from 'node:net'
import { join, resolve } from 'node:path'

const certificates = resolve(import.meta.dirname, '../../server/test/http/tls')

export interface TlsProxy {
  readonly origin: string
  /** Where requests go. `strips`: the base is taken off; `host`: the Host header that is sent in place of the browser's. */
  to: { readonly port: number; readonly strips: boolean; readonly host?: string } | null
  /** Paths that were asked for outside of the base. */
  readonly outside: string[]
  close(): void
}

/** A port that no program listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' ? (address?.port ?? 0) : 0
}

/** `base` as in `/team`. */
export async function startProxy(base: string): Promise<TlsProxy> {
  const [cert, key] = await Promise.all(
    ['cert', 'key'].map((name) => readFile(join(certificates, `localhost-${name}.pem`))),
  )
  const server = createServer({ cert, key })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  const outside: string[] = []
  const proxy: TlsProxy = {
    origin: `https://notebook.localhost:${port}`,
    to: null,
    outside,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
  const pathOf = (url: string): string => {
    if (url !== base && !url.startsWith(`${base}/`) && !url.startsWith(`${base}?`)) outside.push(url)
    return proxy.to?.strips === true ? url.slice(base.length) || '/' : url
  }
  server.on('request', (asked, answer) => {
    const { to } = proxy
    if (to === null) return answer.writeHead(502).end()
    const headers = { ...asked.headers, ...(to.host !== undefined && { host: to.host }) }
    const passed = request(
      { host: '127.0.0.1', port: to.port, method: asked.method, path: pathOf(asked.url ?? ''), headers },
      (got) => {
        answer.writeHead(got.statusCode ?? 502, got.headers)
        got.pipe(answer)
      },
    )
    passed.on('error', () => answer.destroy())
    asked.pipe(passed)
    return
  })
  server.on('upgrade', (asked, socket, head) => {
    const { to } = proxy
    if (to === null) return socket.destroy()
    const upstream = connect(to.port, '127.0.0.1')
    const lines = [`${asked.method} ${pathOf(asked.url ?? '')} HTTP/1.1`]
    for (const [name, value] of Object.entries({
      ...asked.headers,
      ...(to.host !== undefined && { host: to.host }),
    }))
      lines.push(`${name}: ${value}`)
    upstream.write(`${lines.join('\r\n')}\r\n\r\n`)
    upstream.write(head)
    upstream.pipe(socket).pipe(upstream)
    for (const end of [socket, upstream])
      end.on('error', () => [socket, upstream].map((one) => one.destroy()))
    return
  })
  return proxy
}
