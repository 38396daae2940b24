/** How datasets are named for other tools, and what is said of those that are gone or whose content is unknown. */
import { expect, test } from 'vitest'
import type { Edge, Receipt } from '../../contract/run.ts'
import { openLineageEvents } from '../../src/export/lineage/openlineage.ts'
import { receipt } from '../replay/given.ts'
import { edge } from '../store/entries.ts'

interface Dataset {
  readonly namespace: string
  readonly name: string
  readonly facets: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}
interface Event {
  readonly inputs: readonly Dataset[]
  readonly outputs: readonly Dataset[]
  readonly run: { readonly facets: Dataset['facets'] }
}

/** The last event of the run: behind it comes that of its session. */
function endOf(more: Partial<Receipt>): Event {
  const name = receipt('a', { notebook: 'deep/a.ipynb', ...more })
  const scope = {
    title: 'a',
    project: 'p',
    root: '/p',
    makers: new Map(),
    runs: [{ name, receipt: name }],
  }
  const events: readonly unknown[] = openLineageEvents(scope)
  return events.at(-2) as Event
}
const placesOf = (...used: Edge[]) => endOf({ used }).inputs.map(({ namespace, name }) => [namespace, name])

test('a table is named by its database, whichever notebook asks', () => {
  const table = edge('../data/sales.db:totals', { kind: 'table' })
  expect(placesOf(table)).toEqual([['file', '/p/data/sales.db:totals']])
  expect(placesOf(edge('totals', { kind: 'table' }))[0]?.[0]).toBe('yesterday://p')
})

test('an address is named by its host', () => {
  const url = edge('https://example.org:8443/data/a.csv?year=2024', { kind: 'url' })
  expect(placesOf(url)).toEqual([['https://example.org:8443', '/data/a.csv?year=2024']])
})

test('a deleted dataset is reported as dropped', () => {
  const [dropped] = endOf({ generated: [edge('old.csv', { kind: 'file', deleted: true })] }).outputs
  expect(dropped?.facets.lifecycleStateChange?.lifecycleStateChange).toBe('DROP')
})

test('a version is named where its content or its maker is known', () => {
  const from = (more: Partial<Edge>) =>
    endOf({ used: [edge('x.csv', { kind: 'file', ...more })] }).inputs[0]?.facets.version?.datasetVersion
  expect(from({ digest: 'xxh3:1', version: 'xxh3:1' })).toBe('xxh3:1')
  expect(from({ by: 'b', version: 'b:12' })).toBe('b:12')
  expect(from({ version: 'outside:12' })).toBeUndefined()
  const [made] = endOf({ generated: [edge('x', { version: `${receipt('a').run}:x` })] }).outputs
  expect(made?.facets.version?.datasetVersion).toBe(`${receipt('a').run}:x`)
})

test('a traceback is sent without colours', () => {
  const error = { ename: 'KeyError', evalue: "'x'", traceback: ['\u001b[31mKeyError\u001b[39m', 'at x'] }
  expect(endOf({ outcome: 'error', error }).run.facets.errorMessage?.stackTrace).toBe('KeyError\nat x')
})

test('programs that a run started are sent with their exit code', () => {
  const used = [edge('make all', { kind: 'subprocess', facets: { program: 'shell', exitCode: 2 } })]
  const { facets } = endOf({ used }).run
  expect(facets.yesterday_programs?.programs).toEqual([{ command: 'make all', kind: 'shell', exitCode: 2 }])
  expect(endOf({ used: [] }).run.facets.yesterday_programs).toBeUndefined()
})
