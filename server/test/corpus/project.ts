/** The project of a notebook of the corpus: its data, which change after it ran, and a server whose answers never repeat. */
import { randomBytes, randomInt } from 'node:crypto'
import { mkdir, mkdtemp, realpath, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { makeSpec } from '../replay/tested-spec.ts'
import type { CorpusNotebook } from './notebooks.ts'

/** A folder with the notebook `a.ipynb`, data and a kernelspec `tested`; its path. */
export async function makeCorpusProject({ cells }: CorpusNotebook, server: string): Promise<string> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'ys-corpus-')))
  const notebook = {
    cells: cells.map((source, place) => ({
      cell_type: 'code',
      id: `cell-${place + 1}`,
      source: source.replaceAll('$server', server),
      metadata: {},
      outputs: [],
      execution_count: null,
    })),
    metadata: {},
    nbformat: 4,
    nbformat_minor: 5,
  }
  await writeFile(join(root, 'a.ipynb'), JSON.stringify(notebook))
  await writeData(root, 1)
  await makeSpec(root)
  return root
}

/** Rows from 0 on. */
const rows = (count: number, line: (place: number) => string): string =>
  Array.from({ length: count }, (_, place) => `${line(place)}\n`).join('')

/** The same data for the same number, other data for another one. */
export async function writeData(root: string, version: number): Promise<void> {
  const at = (place: number, modulus: number): number => (place * 7919 * version + 13 * version) % modulus
  const shops = ['north', 'south', 'east', 'west']
  const sale = (n: number) =>
    `${shops[at(n, 4)]},${1 + at(n, 28)},${(at(n, 9973) / 100).toFixed(2)},${1 + at(n, 9)}`
  await writeFile(join(root, 'sales.csv'), `shop,day,price,units\n${rows(240, sale)}`)
  const house = (n: number) =>
    `${1950 + at(n, 70)},${1 + at(n, 6)},${40 + at(n, 160)},${90 + at(n, 610)},${['flat', 'house'][at(n, 2)]}`
  await writeFile(join(root, 'houses.csv'), `built,rooms,area,price,kind\n${rows(150, house)}`)
  await mkdir(join(root, 'letters'), { recursive: true })
  for (const name of ['a', 'b', 'c', 'd']) {
    const words = ['dear', 'friend', 'the', 'rain', 'came', 'late', name, 'and', 'we', 'wait']
    const line = (n: number) => words.map((_, place) => words[at(n + place, words.length)]).join(' ')
    await writeFile(join(root, 'letters', `${name}.txt`), rows(6, line))
  }
  const database = new DatabaseSync(join(root, 'shop.db'))
  database.exec('create table if not exists orders (shop text, price real); delete from orders')
  const insert = database.prepare('insert into orders values (?, ?)')
  for (let place = 0; place < 60; place++) insert.run(shops[at(place, 4)] ?? '', at(place, 997) / 10)
  database.close()
}

/** `close` ends it. */
export async function startServer(): Promise<{ readonly address: string; readonly close: () => void }> {
  let posted = 0
  const answers: Readonly<Record<string, () => readonly [string, string]>> = {
    '/draw': () => [
      'application/json',
      JSON.stringify({ value: randomInt(1e9), id: randomBytes(6).toString('hex') }),
    ],
    '/rows.csv': () => ['text/csv', `n,value\n${rows(20, (n) => `${n},${randomInt(1e6) / 1000}`)}`],
    '/index.html': () => ['text/html', '<a href="/page?n=1">one</a> <a href="/page?n=2">two</a>'],
    '/page': () => ['text/plain', `The number of the day is ${randomInt(1e6)}.`],
    '/count': () => ['application/json', JSON.stringify({ posted: ++posted + randomInt(1e6) })],
  }
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    request.resume()
    if (pathname === '/moved') {
      response.writeHead(302, { location: '/page?n=3' }).end()
      return
    }
    const [type, body] = answers[pathname]?.() ?? ['text/plain', null]
    response
      .writeHead(body === null ? 404 : 200, { 'content-type': type })
      .end(body ?? 'There is no such page.')
  }
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return {
    address: `http://127.0.0.1:${address.port}`,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
