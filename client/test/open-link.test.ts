// @vitest-environment happy-dom
/** Windows that an output asks for: by a click into it, one question at a time, and not by the click that refused. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { answerLink, askedLink, openLink } from '../src/outputs/open-link.ts'

let isActive = true
let focused: Element | null = null
const frame = document.createElement('iframe')
const opened = vi.fn()
beforeEach(() => {
  isActive = true
  Object.defineProperty(navigator, 'userActivation', {
    configurable: true,
    get: () => ({ isActive, hasBeenActive: true }),
  })
  vi.spyOn(window, 'open').mockImplementation(opened)
  vi.spyOn(document, 'activeElement', 'get').mockImplementation(() => focused)
  focused = frame
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  opened.mockClear()
})

test('without a click, or with one elsewhere, nothing is asked', () => {
  isActive = false
  openLink('https://one.example/', frame)
  isActive = true
  focused = document.body
  openLink('https://one.example/', frame)
  expect(askedLink.get()).toBeNull()
})

test('one question at a time; the window opens by the answer, and knows nothing of the page', () => {
  openLink('https://one.example/', frame)
  openLink('https://two.example/', frame)
  expect([askedLink.get(), opened.mock.calls]).toEqual(['https://one.example/', []])
  answerLink(true)
  expect(opened.mock.calls).toEqual([['https://one.example/', '_blank', 'noopener,noreferrer']])
  answerLink(true)
  expect(opened).toHaveBeenCalledOnce()
})

test('code that asks without end does not ask by the click that refused', () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  openLink('https://one.example/', frame)
  answerLink(false)
  openLink('https://one.example/', frame)
  expect([askedLink.get(), opened.mock.calls]).toEqual([null, []])
  vi.advanceTimersByTime(6_000)
  openLink('https://one.example/', frame)
  expect(askedLink.get()).toBe('https://one.example/')
  answerLink(true)
})
