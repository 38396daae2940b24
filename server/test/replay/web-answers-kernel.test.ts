/** What a run was answered over HTTP is given again by a replay; `--live` asks the network, and compares. */
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { expect, test, vi } from 'vitest'
import { ReplayReport } from '../../contract/replay.ts'
import { seconds } from '../../setup/patience.js'
import { start } from '../cli/program.ts'
import { ada, isIdle, makeProject, openHouse, python, untilView, whySkipped } from '../session/house.ts'
import { makeSpec } from './tested-spec.ts'

async function serve(text: string, port = 0): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.setHeader('ETag', '"1"').end(`${request.method} ${text}`))
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return { server, port: typeof address === 'object' && address !== null ? address.port : 0 }
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
}

test.skipIf(python === null)(
  `answers are given from the record, and the network is asked on demand${whySkipped}`,
  async () => {
    const first = await serve('yesterday')
    const at = `http://127.0.0.1:${first.port}/data.csv`
    const get = `import urllib.request\nprint(urllib.request.urlopen(${JSON.stringify(at)}).read())`
    const post = `print(urllib.request.urlopen(${JSON.stringify(at)}, data=b'hunter2').read())`
    const root = await makeProject({ get, post })
    const house = await openHouse(root)
    const { session } = await house.open()
    await session.run(['get', 'post'], ada)
    await untilView(session, isIdle)
    const runs = await vi.waitFor(async () => {
      const { runs } = await house.store.index.page({})
      expect(runs).toHaveLength(2)
      return runs
    })
    const last = await house.store.index.receipt(runs[0]?.run ?? '')
    const asked = last?.used.find(({ kind }) => kind === 'url')
    expect(asked).toMatchObject({ facets: { etag: '"1"', answer: { method: 'POST', status: 200 } } })
    expect(JSON.stringify(last?.used)).not.toContain('hunter2')
    await house.close()
    await close(first.server)

    await makeSpec(root)
    const replayed = async (...words: string[]) => {
      const said = await start({ cwd: root, env: { JUPYTER_PATH: `${root}/jupyter` } }, [
        'replay',
        last?.run ?? '',
        '--json',
        ...words,
      ])
      return ReplayReport.parse(JSON.parse(said.out))
    }
    const again = await replayed()
    expect(again).toMatchObject({ verdict: 'identical', problems: [] })
    expect(again.steps).toHaveLength(2)

    const other = await serve('today', first.port)
    const live = await replayed('--live', '--allow-sending', '127.0.0.1')
    expect(live.verdict).toBe('different')
    expect(live.cause).toContain('answered something else than then')
    await close(other.server)
    await rm(root, { recursive: true, maxRetries: 5 })
  },
  seconds(180),
)
