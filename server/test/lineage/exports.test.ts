/** What is exported, read by programs that others wrote. */
import { execFile } from 'node:child_process'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seconds } from '../../setup/patience.js'
import { openStore } from '../../src/store/open-store.ts'
import { newFolder, yesterday } from '../cli/program.ts'
import { at, edge, ended, queued, sessionStarted } from '../store/entries.ts'

const validators = process.env.YESTERDAY_TEST_VALIDATORS
const whySkipped = validators === undefined ? ' (skipped: set YESTERDAY_TEST_VALIDATORS)' : ''
const run = promisify(execFile)

let root = ''
const digest = (sign: string) => `sha256:${sign.repeat(64)}`

beforeAll(async () => {
  root = await newFolder()
  await mkdir(join(root, 'deep'))
  const store = await openStore({ root })
  const bytes = await store.objects.put(Buffer.from('a,b\n1,2\n'))
  const picture = await store.objects.put(Buffer.from('<b>bold</b><script>alert(1)</script>'))
  const value = { format: 'bytes', digest: bytes, size: 8, signature: null }
  const data = edge('données, 1.csv', { kind: 'file', digest: bytes, version: bytes, value })
  const gone = edge('gone.csv', { kind: 'file', digest: digest('a'), version: digest('a') })
  const schema: [string, string][] = [['a', 'int64']]
  const frame = edge('table', { digest: 'xxh3:1', schema, type: 'DataFrame', version: 'aaaa01:table' })
  const failed = { outcome: 'error', error: { ename: 'KeyError', evalue: "'x'", traceback: ['…'] } } as const
  for (const source of ['table = read()', 'draw(table)', 'wrong(table)'])
    await store.objects.put(Buffer.from(source))
  const output = { mime: 'text/html', digest: picture, size: 36, outputType: 'display_data', name: null }
  await store.runs.append([
    sessionStarted('5e55aaaa'),
    queued('aaaa01', '5e55aaaa', { source: 'table = read()' }),
    queued('aaaa02', '5e55aaaa', { source: 'draw(table)' }),
    queued('aaaa03', '5e55aaaa', { source: 'wrong(table)' }),
    ended('aaaa01', 1, { used: [data, gone], generated: [frame], at: at(10) }),
    ended('aaaa02', 2, { used: [{ ...frame, by: 'aaaa01' }], outputs: [output], at: at(20) }),
    ended('aaaa03', 3, {
      used: [{ ...frame, by: 'aaaa01' }],
      at: at(30),
      outcome: failed.outcome,
      error: { ...failed.error, traceback: [...failed.error.traceback] },
    }),
  ])
  await store.close()
})
afterAll(() => rm(root, { recursive: true, maxRetries: 5 }))

async function exported(what: string, format: string, ...more: readonly string[]): Promise<string> {
  const file = join(root, `${what}.${format === 'ro-crate' ? 'zip' : format}`)
  const { code, err } = await yesterday(root, 'export', what, '--format', format, '-o', file, ...more)
  expect({ code, err }).toEqual({ code: 0, err: '' })
  return file
}

/** Facets are in `facets` of any entity that has some. */
function facetsIn(value: unknown): { _schemaURL: string }[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) =>
    name === 'facets' && !Array.isArray(inner) ? Object.values(inner) : facetsIn(inner),
  )
}

/** Copies of a value in each of which one string outside of its facets is a number. */
function brokenForms(value: unknown): unknown[] {
  if (typeof value === 'string') return [7]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value)
    .filter(([name]) => name !== 'facets')
    .flatMap(([name, inner]) =>
      brokenForms(inner).map((broken) =>
        Array.isArray(value) ? value.with(Number(name), broken) : { ...value, [name]: broken },
      ),
    )
}

/** A validator that crashes rejects, and so fails the test. */
async function validated(program: string, file: string): Promise<unknown> {
  const path = join(import.meta.dirname, '../validators', program)
  const { stdout } = await run(validators ?? '', [path, file], { timeout: seconds(120) })
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? 'null')
}

describe.skipIf(validators === undefined)(`validators of others${whySkipped}`, () => {
  test.each(['aaaa02', 'book.ipynb'])('OpenLineage events of %s are read without an issue', async (what) => {
    const found = await validated('openlineage_events.py', await exported(what, 'openlineage'))
    expect(found).toMatchObject({ events: what === 'aaaa02' ? 6 : 8, issues: [] })
  })

  test('each OpenLineage event and facet is as its schema demands, and no other string would do', async () => {
    const program = join(import.meta.dirname, '../validators/openlineage_schemas.py')
    const { stdout } = await run(validators ?? '', [program], { maxBuffer: 64 * 1024 * 1024 })
    const schemas: Record<string, object> = JSON.parse(stdout)
    const ajv = new Ajv2020()
    formats.default(ajv)
    const compiled = new Map<string, ValidateFunction>()
    const isValid = (address: string, value: unknown): boolean => {
      const validate = compiled.get(address) ?? ajv.compile(schemas[address] ?? false)
      compiled.set(address, validate)
      return validate(value)
    }
    const lines = (await readFile(await exported('book.ipynb', 'openlineage'), 'utf8')).trim().split('\n')
    const events = lines.map((line) => JSON.parse(line))
    const facets = events.flatMap(facetsIn)
    expect(facets.length).toBeGreaterThan(20)
    const judged = [
      ...events.map((event) => [event.schemaURL, event]),
      ...facets.map((facet) => [facet._schemaURL, facet]),
    ]
    expect(judged.filter(([address, value]) => !isValid(address, value))).toEqual([])
    const broken = judged.flatMap(([address, value]) => brokenForms(value).map((form) => [address, form]))
    expect(broken.filter(([address, form]) => isValid(address, form))).toEqual([])
  })

  test('PROV-JSON comes back equal from a round trip', async () => {
    const found = await validated('prov_round_trip.py', await exported('book.ipynb', 'prov'))
    expect(found).toEqual({ equal: true, records: 15 })
  })

  test('the crate is a Process Run Crate, with every check made', async () => {
    for (const licence of [[], ['--license', 'CC-BY-4.0']]) {
      const found = await validated('crate.py', await exported('book.ipynb', 'ro-crate', ...licence))
      expect(found).toMatchObject({ passed: true, issues: [] })
    }
  })
})

test('a crate has the licence that its owner states, and says so where none was stated', async () => {
  const licenceIn = async (file: string) => {
    const files = unzipSync(await readFile(file))
    const metadata = JSON.parse(new TextDecoder().decode(files['ro-crate-metadata.json']))
    const graph: { '@id': string; license?: { '@id': string } }[] = metadata['@graph']
    return graph.find((entity) => entity['@id'] === './')?.license?.['@id']
  }
  expect(await licenceIn(await exported('book.ipynb', 'ro-crate'))).toContain('no-permission')
  const stated = await exported('book.ipynb', 'ro-crate', '--license', 'CC-BY-4.0')
  expect(await licenceIn(stated)).toBe('https://spdx.org/licenses/CC-BY-4.0')
})

test('events are START, then how it ended, those of the session around them, and each job names what went in', async () => {
  const events = (await readFile(await exported('book.ipynb', 'openlineage'), 'utf8')).trim().split('\n')
  const parsed = events.map((line) => JSON.parse(line))
  expect(parsed.map(({ eventType }) => eventType)).toEqual([
    'START',
    'START',
    'COMPLETE',
    'START',
    'COMPLETE',
    'START',
    'FAIL',
    'COMPLETE',
  ])
  expect(parsed[0].run.runId).toBe(parsed[1].run.facets.parent.run.runId)
  expect(parsed[7].run.runId).toBe(parsed[0].run.runId)
  const [frame] = parsed[2].outputs
  const [whole, made] = parsed[2].job.facets.lineage.entries
  expect(whole.inputs.map(({ name }: { name: string }) => name)).toEqual([
    join(root, 'données, 1.csv'),
    join(root, 'gone.csv'),
  ])
  expect(made).toEqual({
    namespace: frame.namespace,
    name: frame.name,
    type: 'DATASET',
    inputs: [{ type: 'JOB' }],
  })
  expect(frame.facets.schema.fields).toEqual([{ name: 'a', type: 'int64' }])
})

test('events are sent in order, and a receiver that refuses is reported', async () => {
  const taken: string[] = []
  const server = createServer(async (request, response) => {
    const body = JSON.parse(await text(request))
    taken.push(body.eventType)
    response.writeHead(taken.length > 3 ? 503 : 201).end()
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/lineage`
  const { code, err } = await yesterday(root, 'export', 'book.ipynb', '--format', 'openlineage', '--to', url)
  server.close()
  expect(code).toBe(1)
  expect(err).toContain('event 4 of 8 was not taken: status 503')
  expect(taken).toEqual(['START', 'START', 'COMPLETE', 'START'])
})

test('the report says why, shows the output in a frame where nothing runs, and loads nothing', async () => {
  const page = await readFile(await exported('aaaa02', 'html'), 'utf8')
  expect(page).toContain('Made by run 2 of its session, in cell 1, from <code>table</code> (run 1).')
  expect(page).toContain('table = read()')
  expect(page).toContain('<iframe sandbox')
  expect(page).not.toContain('<script>')
})

test('refuses what is not there, and a form that is none', async () => {
  expect(await yesterday(root, 'export', 'nothing.ipynb', '--format', 'prov')).toMatchObject({ code: 2 })
  expect((await yesterday(root, 'export', 'aaaa02', '--format', 'pdf')).code).toBe(1)
})
