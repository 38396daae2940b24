/**
 * One kernel of ours without a server, for benchmarks that take turns with it: for each line that comes in it executes
 * `1` and prints how many milliseconds passed from the request to its reply and `idle`. Ends with its input.
 */
import { createInterface } from 'node:readline'
import { python, realKernels, run } from '../test/real-kernels.ts'

if (python === null) throw new Error('Set YESTERDAY_TEST_PYTHON to a Python with ipykernel')

const bridge = await realKernels({})
const kernel = await bridge.start()
let runs = 0
for await (const _ of createInterface({ input: process.stdin })) {
  const runId = `direct-${++runs}`
  const before = performance.now()
  await run(kernel, '1', runId)
  process.stdout.write(`${performance.now() - before}\n`)
  kernel.acknowledge(runId)
}
await bridge.end()
