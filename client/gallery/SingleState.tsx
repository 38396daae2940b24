/**
 * One state, alone on the page, named by `?state=` or, to change it without a reload, by the hash. `data-state` names the
 * state that is complete.
 */
import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { State } from './fixture.ts'
import { FIXTURES } from './fixtures.ts'
import { Stage } from './stage.tsx'

interface Shown {
  readonly name: string
  readonly stage: Stage
  readonly node: ReactNode
}

const wanted = (): string =>
  decodeURIComponent(location.hash.slice(1)) || (new URLSearchParams(location.search).get('state') ?? '')

/** pure. The state of a name such as `dialog/question`. */
export function stateOf(name: string): State | null {
  const fixture = FIXTURES.find(({ component }) => name.startsWith(`${component}/`))
  return fixture?.states[name.slice(fixture.component.length + 1)] ?? null
}

/** The names of all states, in order; the gallery's journey asks for them. */
export const stateNames = (): readonly string[] =>
  FIXTURES.flatMap(({ component, states }) => Object.keys(states).map((state) => `${component}/${state}`))

export function SingleState() {
  const [name, setName] = useState(wanted)
  const [shown, setShown] = useState<Shown | null>(null)
  const [done, setDone] = useState('')
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const follow = (): void => setName(wanted())
    addEventListener('hashchange', follow)
    return () => removeEventListener('hashchange', follow)
  }, [])
  useEffect(() => {
    const state = stateOf(name)
    if (state === null) return
    const entering = Stage.enter(state)
    void entering.then((stage) => setShown({ name, stage, node: stage.node() }))
    return () => {
      setShown(null)
      void entering.then((stage) => stage.leave())
    }
  }, [name])
  useEffect(() => {
    if (shown === null || place.current === null) return
    let isGone = false
    void complete(shown, place.current).then(() => isGone || setDone(shown.name))
    return () => {
      isGone = true
    }
  }, [shown])
  return (
    <div
      ref={place}
      className="gallery-state"
      data-state={done}
      data-names={JSON.stringify(stateNames())}
      key={shown?.name ?? ''}
    >
      {shown?.node}
    </div>
  )
}

async function complete({ name, stage }: Shown, place: HTMLElement): Promise<void> {
  const state = stateOf(name)
  await appears(place, state?.shows)
  await state?.act?.(place, stage)
}

/** Settles when `text` is in the page; dialogs and menus are in its top layer. */
function appears(place: HTMLElement, text: string | RegExp | undefined): Promise<void> {
  const isThere = (): boolean =>
    text === undefined ||
    (typeof text === 'string' ? place.textContent.includes(text) : text.test(place.textContent))
  if (isThere()) return Promise.resolve()
  return new Promise((resolve) => {
    const watcher = new MutationObserver(() => {
      if (!isThere()) return
      watcher.disconnect()
      resolve()
    })
    watcher.observe(place, { childList: true, subtree: true, characterData: true })
  })
}
