/** What the server knows of widgets, from comm messages alone. */
import type { JsonObject, Message } from '@yesterday/kernel-bridge'
import { expect, test } from 'vitest'
import { OutputCaptures } from '../../src/session/widgets/output-captures.ts'
import { WidgetModels } from '../../src/session/widgets/widget-models.ts'

function message(
  type: string,
  content: JsonObject,
  {
    buffers = [],
    parent = 'r1',
  }: { readonly buffers?: readonly Uint8Array[]; readonly parent?: string } = {},
): Message {
  const header = { msg_id: 'm', msg_type: type, session: 's', username: 'u', date: '', version: '5.3' }
  return { channel: 'iopub', header, parent: { msg_id: parent }, metadata: {}, content, buffers }
}

const opened = (id: string, state: JsonObject, paths: JsonObject[string] = []) =>
  message(
    'comm_open',
    { comm_id: id, target_name: 'jupyter.widget', data: { state, buffer_paths: paths } },
    { buffers: [Uint8Array.of(1, 2, 3)] },
  )
const updated = (id: string, state: JsonObject, method = 'update') =>
  message('comm_msg', { comm_id: id, data: { method, state, buffer_paths: [] } })

test('a model is what the kernel last said of it, with those that it refers to', () => {
  const models = new WidgetModels()
  models.accept(opened('leaf', { value: 1 }))
  models.accept(opened('style', { color: 'red' }))
  models.accept(
    opened('box', { children: ['IPY_MODEL_leaf'], style: 'IPY_MODEL_style', self: 'IPY_MODEL_box' }),
  )
  models.accept(opened('other', {}))
  models.accept(updated('leaf', { value: 2 }))
  models.accept(updated('leaf', { value: 3 }, 'echo_update'))
  models.accept(updated('unknown', { value: 4 }))
  const found = models.closure(['box', 'missing'])
  expect(found.map(({ id }) => id).sort()).toEqual(['box', 'leaf', 'style'])
  expect(found.find(({ id }) => id === 'leaf')?.state).toEqual({ value: 3 })
  models.accept(message('comm_close', { comm_id: 'leaf' }))
  expect(models.closure(['box']).map(({ id }) => id)).not.toContain('leaf')
})

test('binary members follow their key: replaced with it, and gone with it', () => {
  const models = new WidgetModels()
  models.accept(opened('image', { format: 'png' }, [['value']]))
  expect(models.closure(['image'])[0]?.buffers).toEqual([{ path: ['value'], data: 'AQID' }])
  models.accept(updated('image', { format: 'jpeg' }))
  expect(models.closure(['image'])[0]?.buffers).toHaveLength(1)
  models.accept(updated('image', { value: null }))
  expect(models.closure(['image'])[0]?.buffers).toEqual([])
})

test('comms that are no widgets, and messages that cannot be read, change nothing', () => {
  const models = new WidgetModels()
  models.accept(message('comm_open', { comm_id: 'x', target_name: 'other', data: { state: {} } }))
  for (const content of [{}, { comm_id: 1 }, { comm_id: 'x', data: { method: 'update', state: 3 } }])
    models.accept(message('comm_msg', content))
  models.accept(opened('y', JSON.parse('{"__proto__": {"polluted": 1}, "constructor": 2}')))
  expect(models.has('x')).toBe(false)
  expect(JSON.stringify(models.closure(['y'])[0]?.state)).toBe('{"constructor":2}')
  expect(Reflect.get({}, 'polluted')).toBeUndefined()
})

test('the states that a kernel sends at once are taken, each with its own buffers', () => {
  const models = new WidgetModels()
  const states = { a: { state: { value: 1 } }, b: { state: { format: 'png' } } }
  const content = {
    comm_id: 'control',
    data: { method: 'update_states', states, buffer_paths: [['b', 'value']] },
  }
  models.accept(message('comm_msg', content, { buffers: [Uint8Array.of(9)] }))
  expect(models.closure(['a'])[0]).toMatchObject({ state: { value: 1 }, buffers: [] })
  expect(models.closure(['b'])[0]?.buffers).toEqual([{ path: ['value'], data: 'CQ==' }])
})

function captures() {
  const models = new WidgetModels()
  const made = new OutputCaptures(models)
  const send = (one: Message): void => {
    for (const change of models.accept(one)) made.changed(change)
  }
  send(opened('out', { _model_name: 'OutputModel', msg_id: '', outputs: [] }))
  return { made, send }
}
const printed = (text: string, parent = 'r1') => message('stream', { name: 'stdout', text }, { parent })

test('an Output widget takes what its request prints, from when it says so until it stops', () => {
  const { made, send } = captures()
  expect(made.take(printed('before'))).toBeNull()
  send(updated('out', { msg_id: 'r1' }))
  expect(made.take(printed('one\n'))).toBe('out')
  expect(made.take(printed('two', 'r2'))).toBeNull()
  made.take(message('display_data', { data: { 'text/plain': 'shown' }, metadata: {} }))
  expect(made.take(message('status', { execution_state: 'idle' }))).toBeNull()
  send(updated('out', { msg_id: '' }))
  expect(made.take(printed('after'))).toBeNull()
  expect(made.outputs('out')).toEqual([
    { output_type: 'stream', name: 'stdout', text: 'one\n' },
    { output_type: 'display_data', data: { 'text/plain': 'shown' }, metadata: {} },
  ])
})

test('it goes on from what it shows, clears on request, and takes what the kernel sets', () => {
  const { made, send } = captures()
  send(updated('out', { outputs: [{ output_type: 'stream', name: 'stdout', text: 'set\n' }], msg_id: 'r1' }))
  made.take(printed('more\n'))
  expect(made.outputs('out')).toHaveLength(2)
  made.take(message('clear_output', { wait: true }))
  expect(made.outputs('out')).toHaveLength(2)
  made.take(printed('new\n'))
  expect(made.outputs('out')).toEqual([{ output_type: 'stream', name: 'stdout', text: 'new\n' }])
  send(updated('out', { outputs: [] }))
  expect(made.outputs('out')).toEqual([])
})

test('the inner of two nested widgets takes what is printed', () => {
  const { made, send } = captures()
  send(opened('inner', { _model_name: 'OutputModel', msg_id: '', outputs: [] }))
  send(updated('out', { msg_id: 'r1' }))
  send(updated('inner', { msg_id: 'r1' }))
  expect(made.take(printed('a'))).toBe('inner')
  send(updated('inner', { msg_id: '' }))
  expect(made.take(printed('b'))).toBe('out')
})
