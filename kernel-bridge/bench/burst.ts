/**
 * 200,000 lines, each flushed by itself: whether all came, in order, and how long each took, beside a kernel that does
 * not record. Run: `node bench/burst.ts [lines]`.
 */
import { python, realKernels } from '../test/real-kernels.ts'

if (python === null) throw new Error('Set YESTERDAY_TEST_PYTHON to a Python with ipykernel')

const lines = Number(process.argv[2] ?? 200_000)
const [few, all] = [Math.ceil(lines / 20), lines]
const plain = await burst({ agentOptions: null }, few)
const recorded = await burst({}, all)
const each = (took: number, count: number): string => `${((took / count) * 1000).toFixed(0)} µs a line`
process.stdout.write(
  `${recorded.kept} of ${all} flushed lines kept, in order: ${each(recorded.took, all)}, not recorded ${each(plain.took, few)}\n`,
)

async function burst(options: Parameters<typeof realKernels>[0], count: number) {
  const bridge = await realKernels(options)
  const kernel = await bridge.start()
  let text = ''
  kernel.on('message', ({ header, content }) => {
    if (header.msg_type === 'stream') text += String(content.text)
  })
  const before = performance.now()
  const code = `for i in range(${count}): print(i, flush=True)`
  await kernel.execute({ code, runId: 'burst', cellId: null }).done
  const took = performance.now() - before
  await bridge.end()
  const found = text.split('\n').slice(0, -1)
  const stray = found.findIndex((line, index) => line !== String(index))
  return { took, kept: stray === -1 ? found.length : stray }
}
