// @vitest-environment happy-dom
/** What a replay may do outside: each program and host has a checkbox of its own. */
import { act, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { expect, test } from 'vitest'
import { Allowed } from '../src/panels/past/replay/Allowed.tsx'

test('one of two programs is allowed', async () => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })
  const place = document.createElement('div')
  document.body.append(place)
  const root = createRoot(place)
  let chosen: readonly string[] = []
  function Form() {
    const [names, setNames] = useState<readonly string[]>([])
    chosen = names
    return <Allowed title="Programs" names={['make', 'rm -f x']} chosen={names} onChoose={setNames} />
  }
  await act(() => root.render(<Form />))
  const boxes = [...place.querySelectorAll('input')]
  expect(boxes.map(({ parentElement, checked }) => [parentElement?.textContent, checked])).toEqual([
    ['make', false],
    ['rm -f x', false],
  ])
  await act(() => boxes[1]?.click())
  expect(chosen).toEqual(['rm -f x'])
  await act(() => boxes[1]?.click())
  expect(chosen).toEqual([])
  await act(() => root.unmount())
})
