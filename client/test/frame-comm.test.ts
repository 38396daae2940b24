/** A comm of a frame holds what the kernel says until its model listens. */
import { expect, test } from 'vitest'
import { FrameComm } from '../src/frame/widgets/comm.ts'
import type { CommToFrame } from '../src/frames/frame-protocol.ts'

const message = (n: number, msgType: CommToFrame['msgType'] = 'comm_msg'): CommToFrame => ({
  msgType,
  content: { comm_id: 'c', data: { n } },
  metadata: {},
  buffers: [],
})

function listened(): { readonly comm: FrameComm; readonly heard: unknown[] } {
  const comm = new FrameComm(
    { listen: () => undefined, send: () => 'id', models: async () => ({ models: [], isPartial: false }) },
    't',
    'c',
  )
  return { comm, heard: [] }
}

test('what came before the listener comes to it, in order, before what comes later', async () => {
  const { comm, heard } = listened()
  comm.receive(message(1))
  comm.receive(message(2))
  comm.on_close(() => heard.push('closed'))
  comm.on_msg(({ content }) => heard.push(content))
  expect(heard).toEqual([])
  comm.receive(message(3))
  comm.receive(message(4, 'comm_close'))
  await Promise.resolve()
  const said = [1, 2, 3].map((n) => ({ comm_id: 'c', data: { n } }))
  expect(heard).toEqual([...said, 'closed'])
  comm.receive(message(5))
  expect(heard.at(-1)).toEqual({ comm_id: 'c', data: { n: 5 } })
})

test('a model that never listens holds a bounded number of messages', async () => {
  const { comm, heard } = listened()
  for (let n = 0; n < 5000; n++) comm.receive(message(n))
  comm.on_msg(({ content }) => heard.push(content))
  await Promise.resolve()
  expect(heard).toHaveLength(1000)
  expect(heard.at(-1)).toEqual({ comm_id: 'c', data: { n: 4999 } })
})
