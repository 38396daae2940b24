/** Recorded code with placeholders becomes code that can run, from wherever the secrets still are. */
import { expect, test } from 'vitest'
import { planReplay } from '../../src/replay/plan.ts'
import { LiveSources, missingText } from '../../src/secrets/live-source.ts'
import { secretsOf } from '../../src/secrets/secrets.ts'
import { receipt } from '../replay/given.ts'

const source = 'db.login("me", password="Sesame-77x")'
const secrets = () => secretsOf([])
const recorded = secrets().maskSource(source)
const fingerprint = /•{6}([0-9a-f]{8})/.exec(recorded)?.[1] ?? ''

test('a notebook that still has the cell gives it, whatever else is known', () => {
  expect(recorded).not.toContain('Sesame')
  expect(new LiveSources(secrets(), [source], {}).restore(recorded)).toEqual({ ok: true, source })
})

test('a cell that was edited still gives its password', () => {
  const edited = 'connection = db.login("me", password="Sesame-77x", retry=True)'
  expect(new LiveSources(secrets(), [edited], {}).restore(recorded)).toEqual({ ok: true, source })
})

test('what this process knows gives it', () => {
  expect(new LiveSources(secretsOf(['Sesame-77x']), [], {}).restore(recorded)).toEqual({ ok: true, source })
})

test('a variable gives another one', () => {
  const env = { [`YESTERDAY_SECRET_${fingerprint.toUpperCase()}`]: 'New-88y' }
  const found = new LiveSources(secrets(), [], env).restore(recorded)
  expect(found).toEqual({ ok: true, source: source.replace('Sesame-77x', 'New-88y') })
})

test('what a person gives is used, and known as a secret from then on', () => {
  const known = secrets()
  const sources = new LiveSources(known, [], {})
  expect(sources.missing(recorded)).toEqual([fingerprint])
  sources.give('New-88y', fingerprint)
  expect(sources.restore(recorded)).toMatchObject({ ok: true })
  expect(known.mask('logged in with New-88y')).not.toContain('New-88y')
})

test('a step whose secret is nowhere cannot run, nor can what needs it, and the plan says what to do', () => {
  const found = new LiveSources(secrets(), [], {}).restore(recorded)
  const why = found.ok ? '' : missingText(found.missing)
  const runs = [receipt('a', { source: recorded }), receipt('b')]
  const facts = { onDisk: new Map(), stored: new Set<string>(), withoutSecret: new Map([['a', why]]) }
  const { plan } = planReplay({ target: { kind: 'run', run: 'b' }, runs, ...facts })
  expect(plan.steps).toMatchObject([
    { action: 'cannot', why: expect.stringContaining(`YESTERDAY_SECRET_${fingerprint.toUpperCase()}`) },
    { action: 're-run' },
  ])
})
