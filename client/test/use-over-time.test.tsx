// @vitest-environment happy-dom
/** The charts of what a run used: their words, their lines, and the table of the same numbers. */
import type { RunUse } from '@yesterday/server/contract/run-use.ts'
import { act } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { UseOverTime } from '../src/panels/past/receipt/UseOverTime.tsx'
import { HEIGHT, linesOfUse, WIDTH } from '../src/panels/past/receipt/use-chart.ts'
import { t } from '../src/text/text.ts'
import { namesMissing } from './names.ts'

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })

const MB = 1024 * 1024
const use: RunUse = [
  { ms: 250, cpu: null, memory: 100 * MB, gpuMemory: null },
  { ms: 1_250, cpu: 50, memory: 300 * MB, gpuMemory: null },
  { ms: 2_250, cpu: 150, memory: 200 * MB, gpuMemory: null },
]

let root: Root
let place: HTMLElement
beforeEach(() => {
  place = document.body.appendChild(document.createElement('div'))
  root = createRoot(place)
})
afterEach(() => {
  act(() => root.unmount())
  place.remove()
})
const draw = (drawn: RunUse | undefined) =>
  act(() => root.render(<UseOverTime use={drawn} durationMs={2_500} />))

test('each chart is named by its summary, and the table has all samples', () => {
  draw(use)
  const names = [...place.querySelectorAll('svg')].map((svg) => svg.getAttribute('aria-label'))
  expect(names).toEqual(['Memory: peak 300 MB, over 2.5 s', 'CPU: mean 100 %, over 2.5 s'])
  const rows = [...place.querySelectorAll('tbody tr')].map((row) =>
    [...row.children].map(({ textContent }) => textContent),
  )
  expect(rows).toEqual([
    ['250 ms', '100 MB', '–'],
    ['1.3 s', '300 MB', '50 %'],
    ['2.3 s', '200 MB', '150 %'],
  ])
  expect(place.textContent).not.toContain(t('use.gpuHead'))
  expect(namesMissing(place)).toEqual([])
})

test('GPU memory has a chart and a column where a run has it', () => {
  draw(use.map((sample) => ({ ...sample, gpuMemory: 10 * MB })))
  expect(place.querySelectorAll('svg')).toHaveLength(3)
  expect(place.querySelector('thead')?.textContent).toContain(t('use.gpuHead'))
})

test('an older receipt and a short run have no chart', () => {
  draw(undefined)
  expect(place.textContent).toBe('')
})

test('lines go over the time of the run, from the lower edge at 0 to the upper at the highest value', () => {
  const [memory, cpu] = linesOfUse(use, 2_500)
  expect(memory?.line).toBe(`M${WIDTH / 10} 32L${WIDTH / 2} 0L216 16`)
  expect(memory?.area).toBe(`${memory?.line}L216 ${HEIGHT}L${WIDTH / 10} ${HEIGHT}Z`)
  expect([memory?.most, cpu?.most]).toEqual([300 * MB, 150])
  const idle = use.map((sample) => ({ ...sample, cpu: 0, memory: 0 }))
  expect(linesOfUse(idle, 0).map(({ most }) => most)).toEqual([1, 100])
})
