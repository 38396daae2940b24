// @vitest-environment happy-dom
/** Outputs from elsewhere reach other hosts only after consent. */
import { beforeEach, expect, test, vi } from 'vitest'
import { ExternalContent } from '../src/frames/external-content.ts'
import { Watched } from '../src/state/observable.ts'

vi.stubGlobal('fetch', () => Promise.reject(new Error('no server here')))

beforeEach(() => localStorage.clear())

const own = () => new Watched<ReadonlySet<string> | null>(new Set(['1.1']))

test('no frame is made before it is known which outputs are own', () => {
  const known = new Watched<ReadonlySet<string> | null>(null)
  const external = new ExternalContent(known, 'd')
  let changes = 0
  external.subscribe(() => changes++)
  expect(external.levelOf('1.1')).toBeNull()
  known.set(new Set(['1.1']))
  expect(changes).toBe(1)
  expect([external.levelOf('1.1'), external.levelOf('1.2'), external.levelOf(null)]).toEqual([
    'online',
    'offline',
    'offline',
  ])
})

test('consent is for one notebook and is remembered; a refusal is too', () => {
  const external = new ExternalContent(own(), 'd')
  external.answer('load')
  expect(external.levelOf('9.9')).toBe('online')
  expect(new ExternalContent(own(), 'd').levelOf('9.9')).toBe('online')
  const other = new ExternalContent(own(), 'e')
  expect([other.consent.get(), other.levelOf('9.9')]).toEqual([null, 'offline'])
  other.answer('block')
  expect(new ExternalContent(own(), 'e').consent.get()).toBe('block')
})

test('"never" holds for every notebook until the person asks to be asked again', () => {
  new ExternalContent(own(), 'd').answer('never')
  const other = new ExternalContent(own(), 'e')
  expect([other.consent.get(), other.levelOf('9.9'), other.levelOf('1.1')]).toEqual([
    'never',
    'offline',
    'online',
  ])
  other.reset()
  expect([other.consent.get(), new ExternalContent(own(), 'f').consent.get()]).toEqual([null, null])
})

test('hosts are named once, and not without bound', () => {
  const external = new ExternalContent(own(), 'd')
  external.addBlocked(['a.example', 'b.example'])
  external.addBlocked(['b.example', 'c.example'])
  expect(external.blocked.get()).toEqual(['a.example', 'b.example', 'c.example'])
  external.addBlocked(Array.from({ length: 200 }, (_, n) => `${n}.example`))
  expect(external.blocked.get()).toHaveLength(50)
})
