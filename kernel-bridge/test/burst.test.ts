/** Much output at once: delayed perhaps, never lost, and in order. */
import { describe, expect, it } from 'vitest'
import { seconds } from '../../server/setup/patience.js'
import { python, realKernels, whySkipped } from './real-kernels.ts'

const LINES = 200_000

describe.skipIf(python === null)(`a burst of output${whySkipped}`, () => {
  it('arrives whole and in order, each line flushed by itself', { timeout: seconds(240) }, async () => {
    const bridge = await realKernels()
    const kernel = await bridge.start()
    let text = ''
    let messages = 0
    kernel.on('message', ({ header, content }) => {
      if (header.msg_type !== 'stream') return
      messages++
      text += String(content.text)
    })
    const code = `for i in range(${LINES}): print(i, flush=True)`
    const { done } = kernel.execute({ code, runId: 'burst', cellId: null })
    expect(await done).toMatchObject({ status: 'ok' })
    // Far more messages than any default high-water mark (1,000) lets queue.
    expect(messages).toBeGreaterThan(LINES / 10)
    const lines = text.split('\n')
    expect(lines).toHaveLength(LINES + 1)
    expect(lines.findIndex((line, index) => line !== String(index))).toBe(LINES)
    expect(bridge.problems).toEqual([])
    await bridge.end()
  })
})
