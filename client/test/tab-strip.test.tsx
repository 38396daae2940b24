// @vitest-environment happy-dom
/** Tabs of open files: keys, the middle button, the menu, and a tab that is dragged beside. */
import { fireEvent, render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { hasStrip, TabStrip } from '../src/app/tabs/TabStrip.tsx'
import { redirect } from '../src/navigation/route.ts'
import type * as side from '../src/navigation/side.ts'
import { t } from '../src/text/text.ts'
import { staged } from './staged.tsx'

const beside = vi.hoisted(() => vi.fn<(url: string) => void>())
const tabsActs = vi.hoisted(() => ({
  closeTab: vi.fn<(url: string) => void>(),
  closeOthers: vi.fn<() => void>(),
}))
vi.mock('../src/navigation/side.ts', async (original) => ({
  ...(await original<typeof side>()),
  openBeside: beside,
}))
vi.mock('../src/navigation/tabs.ts', async (original) => ({ ...(await original<object>()), ...tabsActs }))

const user = userEvent.setup()
staged()
const url = (name: string): string => `/notebooks/${name}`
const OPEN = ['a.ipynb', 'data/b.csv', 'c%20d.py'].map(url)

beforeEach(() => {
  vi.stubGlobal('CSS', { escape: (text: string) => text })
  redirect({ at: 'home' })
  for (const one of [beside, tabsActs.closeTab, tabsActs.closeOthers]) one.mockReset()
})
const strip = (closed: readonly string[] = [], shown = OPEN[1] ?? '') =>
  render(<TabStrip tabs={{ open: OPEN, closed: closed.map(url) }} shown={shown} />)
const links = () => screen.getAllByRole<HTMLAnchorElement>('link')
const focused = () => document.activeElement?.getAttribute('data-url')

test('tabs are links with the names of files; the shown one is said, and is the one stop of Tab', () => {
  strip()
  expect(links().map(({ textContent }) => textContent)).toEqual(['a.ipynb', 'b.csv', 'c d.py'])
  expect(links().map((one) => one.getAttribute('aria-current'))).toEqual([null, 'page', null])
  expect(links().map(({ tabIndex }) => tabIndex)).toEqual([-1, 0, -1])
  expect(links()[1]?.title).toBe('data/b.csv')
})

test('where the page shows another place, the first is the stop of Tab', () => {
  strip([], '/')
  expect(links().map(({ tabIndex }) => tabIndex)).toEqual([0, -1, -1])
})

test('there is a strip once there is a choice', () => {
  expect(hasStrip({ open: [url('a')], closed: [] }, url('a'))).toBe(false)
  expect(hasStrip({ open: [url('a')], closed: [] }, '/')).toBe(true)
  expect(hasStrip({ open: OPEN, closed: [] }, url('a'))).toBe(true)
})

describe('keys', () => {
  test('arrows, Home and End lead around', async () => {
    strip()
    links()[1]?.focus()
    for (const [key, to] of [
      ['ArrowRight', 2],
      ['ArrowRight', 0],
      ['ArrowLeft', 2],
      ['Home', 0],
      ['End', 2],
    ] as const) {
      await user.keyboard(`{${key}}`)
      expect(focused(), key).toBe(OPEN[to])
    }
  })

  test('Delete closes, and the focus goes to the neighbour', async () => {
    strip()
    links()[2]?.focus()
    await user.keyboard('{Delete}')
    expect([tabsActs.closeTab.mock.calls, focused()]).toEqual([[[OPEN[2]]], OPEN[1]])
  })

  test('Ctrl-Enter opens beside; other keys are not taken', async () => {
    strip()
    links()[0]?.focus()
    await user.keyboard('{Control>}{Enter}{/Control}')
    expect(beside.mock.calls).toEqual([[OPEN[0]]])
    expect(fireEvent.keyDown(links()[0] ?? document, { key: 'x' })).toBe(true)
  })
})

describe('the pointer', () => {
  test('a click goes there within the page; with a modifier the browser opens it', async () => {
    strip()
    await user.click(links()[2] ?? document.body)
    expect(location.pathname).toBe(OPEN[2])
    expect(fireEvent.click(links()[0] ?? document, { ctrlKey: true })).toBe(true)
  })

  test('the middle button closes, the right one does not', () => {
    strip()
    fireEvent(
      links()[0] ?? document,
      new MouseEvent('auxclick', { button: 1, bubbles: true, cancelable: true }),
    )
    fireEvent(
      links()[1] ?? document,
      new MouseEvent('auxclick', { button: 2, bubbles: true, cancelable: true }),
    )
    expect(tabsActs.closeTab.mock.calls).toEqual([[OPEN[0]]])
  })

  test('the button of a tab closes it', async () => {
    strip()
    await user.click(screen.getByRole('button', { name: t('tabs.close', { name: 'b.csv' }) }))
    expect(tabsActs.closeTab.mock.calls).toEqual([[OPEN[1]]])
  })

  test('a tab that is dragged to the right half opens beside; other drags do not', async () => {
    strip()
    const dataTransfer = { types: ['application/x-yesterday-tab'], setData: vi.fn(), getData: () => OPEN[0] }
    fireEvent.dragStart(links()[0] ?? document, { dataTransfer })
    const place = await screen.findByText(t('split.drop'))
    expect(fireEvent.dragOver(place, { dataTransfer: { types: ['Files'] } })).toBe(true)
    expect(place.dataset.over).toBe('false')
    expect(fireEvent.dragOver(place, { dataTransfer })).toBe(false)
    expect(place.dataset.over).toBe('true')
    fireEvent.drop(place, { dataTransfer })
    expect(beside.mock.calls).toEqual([[OPEN[0]]])
    expect(screen.queryByText(t('split.drop'))).toBeNull()
  })
})

describe('the menu', () => {
  const menu = () => within(screen.getByLabelText(t('tabs.menu'), { selector: '[role=menu]' }))

  test('has what was closed, and leads there', () => {
    strip(['old.ipynb', 'older.csv'])
    menu().getByText('older.csv').click()
    expect(location.pathname).toBe(url('older.csv'))
  })

  test('is about the shown tab, or about none', () => {
    const { unmount } = strip()
    menu().getByText(t('tabs.closeThis')).click()
    menu().getByText(t('split.open')).click()
    menu().getByText(t('tabs.closeOthers')).click()
    expect([tabsActs.closeTab.mock.calls, beside.mock.calls, tabsActs.closeOthers.mock.calls.length]).toEqual(
      [[[OPEN[1]]], [[OPEN[1]]], 1],
    )
    unmount()
    strip([], '/')
    expect(menu().queryByText(t('tabs.closeThis'))).toBeNull()
  })
})
