// @vitest-environment happy-dom
/** Every state of the gallery is drawn without an error, and no control in it is without a name. */
import { type ReactNode, useEffect } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { FIXTURES } from '../gallery/fixtures.ts'
import { Stage } from '../gallery/stage.tsx'
import { EditorPool } from '../src/editor/editor-pool.ts'
import { namesMissing } from './names.ts'

const STATES = FIXTURES.flatMap(({ component, states }) =>
  Object.entries(states).map(([name, state]) => [`${component}/${name}`, state] as const),
)
/** These draw their fallback: React reports what failed. */
const FAILS = ['problem/boundary', 'outputs/broken']

let root: Root
let place: HTMLElement
let errors: unknown[][]
beforeEach(() => {
  place = document.body.appendChild(document.createElement('div'))
  root = createRoot(place)
  errors = []
  // Editors stay coloured text: Monaco needs a browser.
  vi.spyOn(EditorPool.prototype, 'load').mockReturnValue(new Promise(() => {}))
  vi.spyOn(console, 'error').mockImplementation((...words: unknown[]) => void errors.push(words))
})
afterEach(() => {
  place.remove()
  vi.restoreAllMocks()
})

function Drawn(props: { readonly children: ReactNode; readonly onDrawn: () => void }) {
  useEffect(props.onDrawn, [])
  return props.children
}

test.each(STATES)('%s', async (name, state) => {
  const stage = await Stage.enter(state)
  try {
    await new Promise<void>((resolve) => root.render(<Drawn onDrawn={resolve}>{stage.node()}</Drawn>))
    if (state.shows !== undefined)
      await vi.waitFor(() => expect(document.body.textContent).toMatch(state.shows ?? ''))
    await state.act?.(place, stage)
    expect(namesMissing(document.body)).toEqual([])
  } finally {
    root.unmount()
    await stage.leave()
  }
  // happy-dom does not know <search>.
  const unexpected = errors.filter((words) => !words.includes('search'))
  if (!FAILS.includes(name)) expect(unexpected).toEqual([])
})
