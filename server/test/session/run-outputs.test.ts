/** Outputs of one run, reduced from the kernel's messages. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  displayUpdate,
  type Edit,
  type Output,
  RunOutputs,
  SHOWN_LIMIT,
  STREAM_LIMIT,
  shownData,
} from '../../src/session/run-outputs.ts'

type Said = Parameters<RunOutputs['accept']>[0]

const message = (type: string, content: Said['content']): Said => ({
  header: { msg_id: 'm1', msg_type: type, session: 'k1', username: 'u', date: '', version: '5.3' },
  content,
})
const stdout = (text: string) => message('stream', { name: 'stdout', text })
const stderr = (text: string) => message('stream', { name: 'stderr', text })
const display = (text: string, id?: string) =>
  message('display_data', {
    data: { 'text/plain': text },
    metadata: {},
    transient: { display_id: id ?? null },
  })
const clear = (wait: boolean) => message('clear_output', { wait })

/** The outputs of the cell before and after a run's edits. */
function shownBy(outputs: RunOutputs, messages: readonly Said[], shown: string[] = ['old']): string[] {
  const made: Output[] = []
  const texts = new Map<Output, string>()
  for (const edit of messages.flatMap((one) => outputs.accept(one))) applyEdit(edit, made, texts, shown)
  return [...shown, ...made.map((output) => said(output, texts))]
}

function applyEdit(edit: Edit, made: Output[], texts: Map<Output, string>, old: string[]): void {
  if (edit.type === 'clear') {
    made.length = 0
    old.length = 0
  } else if (edit.type === 'append') made.push(edit.output)
  else if (edit.type === 'text') {
    const text = texts.get(edit.output) ?? ''
    const { at, remove, insert } = edit.edit
    texts.set(edit.output, text.slice(0, at) + insert + text.slice(at + remove))
  } else if (edit.type === 'spill')
    texts.set(edit.output, (texts.get(edit.output) ?? '').slice(edit.text.length))
}

function said(output: Output, texts: ReadonlyMap<Output, string>): string {
  if (output.kind === 'stream') return `${output.name}: ${texts.get(output) ?? ''}`
  return output.kind === 'error' ? `${output.ename}: ${output.evalue}` : `${shownData(output)['text/plain']}`
}

test.each<readonly [name: string, messages: readonly Said[], shown: readonly string[]]>([
  ['nothing yet leaves the old outputs', [], ['old']],
  ['the first output takes their place', [display('new')], ['new']],
  ['a count is no output', [message('execute_input', { code: '', execution_count: 3 })], ['old']],
  ['chunks of a stream are one output', [stdout('a\n'), stdout('b\n')], ['stdout: a\nb\n']],
  ['streams alternate', [stdout('a'), stderr('b'), stdout('c')], ['stdout: a', 'stderr: b', 'stdout: c']],
  ['a display is between', [stdout('a'), display('b'), stdout('c')], ['stdout: a', 'b', 'stdout: c']],
  ['a progress bar is one line', [stderr('\r1'), stderr('\r2'), stderr('\r3')], ['stderr: 3']],
  ['clear at once', [display('a'), clear(false)], []],
  ['clear and wait keeps it', [display('a'), clear(true)], ['a']],
  ['clear and wait until the next', [display('a'), clear(true), display('b')], ['b']],
  ['clear and wait until a stream', [stdout('a'), clear(true), stdout('b')], ['stdout: b']],
  ['clear at once, first of all', [clear(false)], []],
  ['an error', [message('error', { ename: 'E', evalue: 'no', traceback: ['t'] })], ['E: no']],
  [
    'a message that cannot be read is shown with the reason',
    [message('stream', { name: 3 }), stdout('a')],
    [expect.stringMatching(/^This output could not be shown: it is no text: name: /), 'stdout: a'],
  ],
  [
    'a clear that cannot be read is left out',
    [stdout('a'), message('clear_output', { wait: 3 })],
    ['stdout: a'],
  ],
  ['a number that is none is left out', [message('execute_input', { execution_count: -1.5 })], ['old']],
  ['a message that is not an output', [message('status', { execution_state: 'idle' })], ['old']],
])('%s', (_, messages, shown) => expect(shownBy(new RunOutputs(), messages)).toEqual(shown))

test('a run without outputs takes the old ones away at its end', () => {
  const outputs = new RunOutputs()
  expect(outputs.end()).toEqual([{ type: 'clear' }])
  expect(outputs.end()).toEqual([])
})

test('an end leaves what was to be cleared by an output that never came', () => {
  const outputs = new RunOutputs()
  shownBy(outputs, [display('a'), clear(true)])
  expect(outputs.end()).toEqual([])
  expect(outputs.outputs).toHaveLength(1)
})

test('an end takes the old outputs where the run only asked to clear and wait', () => {
  const outputs = new RunOutputs()
  outputs.accept(clear(true))
  expect(outputs.end()).toEqual([{ type: 'clear' }])
})

test('after a person cleared the cell nothing is cleared again', () => {
  const outputs = new RunOutputs()
  outputs.accept(stdout('a'))
  outputs.forget()
  expect(outputs.accept(stdout('b')).map(({ type }) => type)).toEqual(['append', 'text'])
})

test('the kernel numbers the run', () => {
  const edits = new RunOutputs().accept(message('execute_input', { code: '', execution_count: 3 }))
  expect(edits).toEqual([{ type: 'count', count: 3 }])
})

test('an update names its display, whatever run made it', () => {
  const content = { data: { 'text/plain': 'b' }, metadata: {}, transient: { display_id: 'd1' } }
  expect(displayUpdate(content)).toMatchObject({
    displayId: 'd1',
    data: { 'text/plain': 'b' },
    problem: null,
  })
  expect(displayUpdate({ data: {}, metadata: {}, transient: {} })).toBeNull()
  expect(displayUpdate('nonsense')).toBeNull()
})

test('a display keeps the name that updates use', () => {
  const outputs = new RunOutputs()
  outputs.accept(display('a', 'd1'))
  expect(outputs.outputs).toMatchObject([{ kind: 'rich', displayId: 'd1' }])
})

test('outputs past the limit are counted, not shown', () => {
  const outputs = new RunOutputs()
  const edits = Array.from({ length: SHOWN_LIMIT + 2 }, (_, n) => outputs.accept(display(`${n}`))).flat()
  expect(edits.filter(({ type }) => type === 'append')).toHaveLength(SHOWN_LIMIT)
  expect(edits.slice(-2)).toEqual([
    { type: 'more', hidden: 1 },
    { type: 'more', hidden: 2 },
  ])
  expect(outputs.outputs).toHaveLength(SHOWN_LIMIT + 2)
})

test('a long stream gives its head away and loses nothing', () => {
  const outputs = new RunOutputs()
  const chunk = `${'x'.repeat(99)}\n`.repeat(1000)
  const edits = Array.from({ length: 25 }, () => outputs.accept(stdout(chunk))).flat()
  const spilled = edits.map((edit) => (edit.type === 'spill' ? edit.text : '')).join('')
  const [output] = outputs.outputs
  const left = output?.kind === 'stream' ? output.screen.text : ''
  expect(left.length).toBeLessThanOrEqual(STREAM_LIMIT)
  expect(spilled + left).toBe(chunk.repeat(25))
})

test('a value of megabytes passes whole', () => {
  const outputs = new RunOutputs()
  const large = 'y'.repeat(5_000_000)
  expect(shownBy(outputs, [display(large)])).toEqual([large])
})

test('however a stream was batched, the outputs are the same', () => {
  const part = fc.record({ name: fc.constantFrom('stdout', 'stderr'), text: fc.string({ maxLength: 8 }) })
  fc.assert(
    fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
      const whole = parts.map((one) => message('stream', one))
      const letters = parts.flatMap(({ name, text }) =>
        [...text].length < 2
          ? [message('stream', { name, text })]
          : [...text].map((t) => message('stream', { name, text: t })),
      )
      expect(shownBy(new RunOutputs(), letters)).toEqual(shownBy(new RunOutputs(), whole))
    }),
  )
})
