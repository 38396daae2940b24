/** What output frames decide without a browser. */
import { expect, test } from 'vitest'
import { bundledAddress } from '../src/frame/bundled.ts'
import { heightTracker } from '../src/frame/height.ts'
import { rootIds } from '../src/frame/renderers/bokeh.ts'

/** A page that makes the frame as high as the frame asks; answers the heights that were asked for. */
function follow(content: (frame: number) => number, steps: number): number[] {
  const track = heightTracker()
  const asked: number[] = []
  let frame = 48
  for (let step = 0; step < steps; step++) {
    const height = track.height({ content: content(frame), width: 800, frame })
    if (height === null) continue
    asked.push(height)
    frame = height
  }
  return asked
}

test('content of its own height is asked for once', () => {
  expect(follow(() => 454, 20)).toEqual([454])
})

test('content as high as its frame neither grows nor shrinks for ever', () => {
  for (const follows of [(frame: number) => frame + 4, (frame: number) => frame - 10]) {
    const asked = follow(follows, 40)
    expect(asked.length).toBeLessThan(8)
    expect(asked.at(-1)).toBe(400)
  }
})

test('content that changes by itself is followed again, and so is another width', () => {
  const track = heightTracker()
  for (const frame of [48, 52, 56, 60]) track.height({ content: frame + 4, width: 800, frame })
  expect(track.height({ content: 408, width: 800, frame: 400 })).toBeNull()
  track.changed()
  expect(track.height({ content: 120, width: 800, frame: 400 })).toBe(120)
  for (const frame of [48, 52, 56, 60]) track.height({ content: frame + 4, width: 800, frame })
  expect(track.height({ content: 700, width: 500, frame: 400 })).toBe(700)
})

test('well-known libraries come from the frame’s own folder, others from where they are', () => {
  const bundled = (address: string) => bundledAddress(address).replace('/sandbox/', '')
  expect(bundled('https://cdn.jsdelivr.net/npm/vega@6?noext')).toBe('vega.min.js')
  expect(bundled('https://cdn.jsdelivr.net/npm/vega-lite@5.20.1?noext')).toBe('vega-lite.min.js')
  expect(bundled('https://cdn.plot.ly/plotly-3.1.0.min.js')).toBe('plotly.min.js')
  expect(bundled('https://cdn.bokeh.org/bokeh/release/bokeh-widgets-3.9.2.min.js')).toBe(
    'bokeh-widgets.min.js',
  )
  for (const address of [
    'https://evil.example/npm/vega@6',
    'https://cdn.jsdelivr.net/npm/vega-tooltip@1',
    'https://cdn.bokeh.org/bokeh/release/bokeh-2.4.3.min.js',
    'relative.js',
    '',
  ])
    expect(bundledAddress(address)).toBe(address)
})

test('the places that a Bokeh script draws into', () => {
  expect(rootIds('x = [{"docid":"d","roots":{"p1008":"a2bd","p2":"b"},"root_ids":["p1008"]}]')).toEqual([
    'a2bd',
    'b',
  ])
  expect(rootIds('nothing')).toEqual([])
})
