// @vitest-environment happy-dom
/** What the past may do outside when it runs again: each program and host has a checkbox of its own. */
import type { ReplayTarget } from '@yesterday/server/contract/replay.ts'
import { act, type ReactNode, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { afterEach, expect, test, vi } from 'vitest'
import { plan } from '../gallery/replays.ts'
import {
  AllowedEffects,
  allowedBy,
  type Effects,
  noEffects,
  PlannedEffects,
} from '../src/panels/past/replay/Allowed.tsx'

afterEach(() => vi.unstubAllGlobals())

async function shown(render: (effects: Effects, onChoose: (effects: Effects) => void) => ReactNode) {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })
  const place = document.createElement('div')
  document.body.append(place)
  const root = createRoot(place)
  const last: { effects: Effects } = { effects: noEffects }
  function Form() {
    const [effects, setEffects] = useState(noEffects)
    last.effects = effects
    return render(effects, setEffects)
  }
  await act(() => root.render(<Form />))
  const boxes = () => [...place.querySelectorAll('input')]
  const labels = () => boxes().map(({ parentElement, checked }) => [parentElement?.textContent, checked])
  return { place, last, boxes, labels, end: () => act(() => root.unmount()) }
}

test('one of two programs is allowed', async () => {
  const allowable = { programs: ['make', 'rm -f x'], hosts: ['api.example.org'] }
  const { last, boxes, labels, end } = await shown((effects, onChoose) => (
    <AllowedEffects allowable={allowable} effects={effects} onChoose={onChoose} />
  ))
  expect(labels()).toEqual([
    ['make', false],
    ['rm -f x', false],
    ['api.example.org', false],
  ])
  await act(() => boxes()[1]?.click())
  await act(() => boxes()[2]?.click())
  expect(allowedBy(last.effects)).toEqual({ start: ['rm -f x'], send: ['api.example.org'] })
  await act(() => boxes()[1]?.click())
  expect(last.effects).toEqual({ start: [], send: ['api.example.org'] })
  await end()
})

test('a proof offers what both runs need, a state what its session needed', async () => {
  const allowable: Readonly<Record<string, typeof plan.allowable>> = {
    bad: { programs: ['make'], hosts: ['one.example'] },
    good: { programs: ['make', 'rm -f x'], hosts: [] },
  }
  vi.stubGlobal('fetch', async (_: string, { body }: RequestInit) => {
    const { target } = JSON.parse(String(body))
    const found = allowable[target.run]
    if (found === undefined) return Response.json({ code: 'no-run', message: 'gone' }, { status: 404 })
    return Response.json({ ...plan, allowable: found })
  })
  const both: readonly ReplayTarget[] = ['bad', 'good'].map((run) => ({ kind: 'run', run }))
  const proof = await shown((effects, onChoose) => (
    <PlannedEffects targets={both} effects={effects} onChoose={onChoose} />
  ))
  await vi.waitFor(() => expect(proof.boxes()).toHaveLength(3))
  expect(proof.labels().map(([label]) => label)).toEqual(['make', 'rm -f x', 'one.example'])
  await proof.end()

  const missing: readonly ReplayTarget[] = [{ kind: 'state', run: 'missing' }]
  const none = await shown((effects, onChoose) => (
    <PlannedEffects targets={missing} effects={effects} onChoose={onChoose} />
  ))
  await act(async () => undefined)
  expect(none.place.textContent).toBe('')
  await none.end()
})
