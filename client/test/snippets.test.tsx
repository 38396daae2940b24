// @vitest-environment happy-dom
/** Snippets: which are offered for a word, what they hold at first, and the field of the settings that has them. */
import { act } from 'react'
import { createRoot } from 'react-dom/client'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { matchesOf, plainOf } from '../src/editor/snippets.ts'
import { SnippetsField } from '../src/settings/SnippetsField.tsx'

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })

let place: HTMLElement
beforeEach(() => {
  place = document.body.appendChild(document.createElement('div'))
})
afterEach(() => place.remove())

test('those are offered whose word begins so', () => {
  expect(matchesOf('imp').map(([name]) => name)).toEqual(['imports'])
  expect(matchesOf('nothing')).toEqual([])
})

test('places are shown by what they hold at first', () => {
  expect(plainOf('fit($' + '{1:x}, $2, $' + '{3})')).toBe('fit(x, , )')
})

async function typed(text: string): Promise<{ readonly taken: unknown; readonly alert: string | null }> {
  const root = createRoot(place)
  const onChange = vi.fn()
  await act(async () =>
    root.render(
      <SnippetsField value={{ a: 'x' }} disabled={false} aria-labelledby="name" onChange={onChange} />,
    ),
  )
  const field = place.querySelector('textarea')
  if (field === null) throw new Error('no field')
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value')?.set?.call(field, text)
  await act(async () => void field.dispatchEvent(new Event('input', { bubbles: true })))
  await act(async () => void field.dispatchEvent(new Event('focusout', { bubbles: true })))
  const alert = place.querySelector('[role=alert]')?.textContent ?? null
  await act(async () => root.unmount())
  return { taken: onChange.mock.calls[0]?.[0] ?? null, alert }
}

test('what is valid counts when the field is left', async () => {
  expect(await typed('{"b": "y = 1"}')).toEqual({ taken: { b: 'y = 1' }, alert: null })
  expect(await typed('  ')).toEqual({ taken: {}, alert: null })
})

test('what is not is said, and does not count', async () => {
  expect(await typed('{"b": ')).toEqual({ taken: null, alert: 'This is not valid JSON.' })
  expect(await typed('{"a b": "x"}')).toMatchObject({
    taken: null,
    alert: expect.stringContaining('A word has'),
  })
  expect(await typed('[1]')).toMatchObject({ taken: null, alert: expect.any(String) })
})
