// @vitest-environment happy-dom
/** Buttons of the toolbar give way to a menu, the least needed first, until the others fit. */
import { afterEach, expect, test, vi } from 'vitest'
import { collapse } from '../src/notebook/collapse.ts'

const COMMANDS = ['run', 'runAll', 'interrupt', 'restart', 'restartRunAll', 'addCode', 'addSql', 'addText']
const WIDTH = 100

afterEach(() => vi.unstubAllGlobals())

/** A toolbar where each button, and the menu, is 100 wide. */
function bar(width: number, commands: readonly string[] = COMMANDS): HTMLElement {
  const element = document.createElement('div')
  element.innerHTML = `${commands.map((one) => `<button data-command="${one}"></button>`).join('')}<span data-more></span>`
  const shown = () => [...element.children].filter((child) => child instanceof HTMLElement && !child.hidden)
  Object.defineProperty(element, 'clientWidth', { get: () => width, configurable: true })
  Object.defineProperty(element, 'scrollWidth', { get: () => shown().length * WIDTH })
  return element
}
const shown = (element: HTMLElement): string[] =>
  [...element.querySelectorAll<HTMLElement>('[data-command]')].flatMap(({ hidden, dataset }) =>
    hidden ? [] : [dataset.command ?? ''],
  )
const menu = (element: HTMLElement): boolean =>
  element.querySelector<HTMLElement>('[data-more]')?.hidden === false

test('all are shown, without a menu, where there is room', () => {
  const element = bar(800)
  expect(collapse(element)).toEqual([])
  expect(menu(element)).toBe(false)
  expect(shown(element)).toEqual(COMMANDS)
})

test('the least needed go into the menu, in their order, and come back', () => {
  const wide = bar(700)
  expect(collapse(wide)).toEqual(['restartRunAll', 'addSql'])
  expect(menu(wide)).toBe(true)
  expect(shown(wide)).toEqual(['run', 'runAll', 'interrupt', 'restart', 'addCode', 'addText'])
  Object.defineProperty(wide, 'clientWidth', { value: 900 })
  expect(collapse(wide)).toEqual([])
  expect(menu(wide)).toBe(false)
})

test('running a cell never goes, and commands that a role has not are not missed', () => {
  const narrow = bar(50)
  collapse(narrow)
  expect(shown(narrow)).toEqual(['run'])
  expect(collapse(bar(50, []))).toEqual([])
})

test('on a phone the toolbar scrolls instead', () => {
  vi.stubGlobal('matchMedia', () => ({ matches: true }))
  expect(collapse(bar(50))).toEqual([])
})
