/** Widgets of a real kernel: their state for late pages, messages both ways, outputs that widgets take. */
import { afterEach, describe, expect, test } from 'vitest'
import { WAIT_LIMIT } from '../../setup/patience.js'
import type { Session } from '../../src/session/session.ts'
import {
  type House,
  makeProject,
  openHouse,
  outputsOf,
  python,
  raze,
  runAll,
  textOf,
  untilDoc,
  whySkipped,
} from './house.ts'

let house: House | null = null
afterEach(async () => {
  if (house !== null) await raze(house)
  house = null
})

async function opened(cells: Readonly<Record<string, string>>) {
  house = await openHouse(await makeProject(cells))
  return house.open()
}

/** The model of the view that a cell shows. */
function modelIn(output: Readonly<Record<string, unknown>> | undefined): string {
  const view = JSON.parse(JSON.stringify(output)).data['application/vnd.jupyter.widget-view+json']
  return String(view.model_id)
}

async function stateOf(session: Session, model: string): Promise<Readonly<Record<string, unknown>>> {
  await session.widgets.known([model])
  const { models } = session.widgets.read([model])
  return models.find(({ id }) => id === model)?.state ?? {}
}

/** Sets members of a model as a page does; settles when the kernel has handled it. */
async function set(
  session: Session,
  model: string,
  state: Record<string, number>,
  cell = 'a',
): Promise<void> {
  const content = { comm_id: model, data: { method: 'update', state, buffer_paths: [] } }
  const sent = session.comm({ msgType: 'comm_msg', content }, { cell, ack: 'mine' })
  if (typeof sent === 'string') throw new Error(sent)
  await sent
}

describe.skipIf(python === null)(`widgets with a real kernel${whySkipped}`, () => {
  test('a page gets the state that the kernel last said, and the kernel what the page sets', async () => {
    const { session, doc } = await opened({
      a: 'import ipywidgets\nslider = ipywidgets.IntSlider(3)\nslider',
      b: 'slider.value = 5',
      c: 'slider.observe(lambda change: print("now", change.new), "value")',
      d: 'print(slider.value)',
    })
    const answers: unknown[] = []
    session.events.on('event', (event) => event.type === 'comm' && answers.push(event.answers))
    await runAll(session, ['a', 'b', 'c'])
    const model = modelIn(outputsOf(doc, 'a')[0])
    expect(await stateOf(session, model)).toMatchObject({ _model_name: 'IntSliderModel', value: 5 })
    expect(session.widgets.read([model]).models.length).toBeGreaterThan(2)

    await set(session, model, { value: 8 })
    await runAll(session, ['d'])
    expect(textOf(doc, 'd')).toBe('8\n')
    expect(answers, 'an echo names the message that it answers').toContain('mine')
    // What the callback prints is shown where the widget is.
    await untilDoc(doc, () => textOf(doc, 'a').includes('now 8'))
  })

  test('an Output widget, and interact, take what is printed and shown', async () => {
    const { session, doc } = await opened({
      a: `from ipywidgets import Output, interact
out = Output()
with out:
    print("inside")
print("outside")
out`,
      b: 'interact(lambda x: print("x is", x), x=(0, 10))\nNone',
      c: 'out.outputs',
    })
    await runAll(session, ['a', 'b'])
    expect(textOf(doc, 'a')).toBe('outside\n')
    const out = modelIn(outputsOf(doc, 'a').at(-1))
    expect((await stateOf(session, out)).outputs).toEqual([
      { output_type: 'stream', name: 'stdout', text: 'inside\n' },
    ])
    await runAll(session, ['c'])
    expect(JSON.stringify(outputsOf(doc, 'c')), 'the kernel knows what the widget shows').toContain('inside')

    const box = modelIn(outputsOf(doc, 'b')[0])
    const { models } = session.widgets.read([box])
    const slider = models.find(({ state }) => state._model_name === 'IntSliderModel')?.id ?? ''
    const shown = models.find(({ state }) => state._model_name === 'OutputModel')?.id ?? ''
    await set(session, slider, { value: 7 }, 'b')
    await expect
      .poll(async () => JSON.stringify((await stateOf(session, shown)).outputs), { timeout: WAIT_LIMIT })
      .toContain('x is 7')
    expect(textOf(doc, 'b')).toBe('')
  })

  test('after a restart of the server the kernel is asked for its widgets', async () => {
    const first = await opened({ a: 'import ipywidgets\nipywidgets.FloatText(2.5)' })
    await runAll(first.session, ['a'])
    const model = modelIn(outputsOf(first.doc, 'a')[0])
    const root = house?.root ?? ''
    await house?.close({ shutdown: false })
    house = await openHouse(root)
    await house.sessions.recover()
    const { session } = await house.open()
    expect(await stateOf(session, model)).toMatchObject({ value: 2.5, _model_name: 'FloatTextModel' })
    const gone = session.comm({ msgType: 'comm_msg', content: { comm_id: 'unknown', data: {} } }, {})
    expect(gone).toContain('earlier kernel')
  })
})
