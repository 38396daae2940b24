/**
 * How long executing `1` takes, from the request to its reply and `idle`, over Unix sockets and over TCP, with and
 * without the recording agent, in turns so that all four meet the same machine. Run: `node bench/execute.ts [rounds]`.
 */
import type { Kernel } from '../src/index.ts'
import { python, realKernels, run } from '../test/real-kernels.ts'

if (python === null) throw new Error('Set YESTERDAY_TEST_PYTHON to a Python with ipykernel')

const WARM_UP = 50
const rounds = Number(process.argv[2] ?? 500)

const subjects = await Promise.all([
  open('ipc, not recorded', { agentOptions: null }),
  open('tcp, not recorded', { agentOptions: null, transport: 'tcp' }),
  open('ipc, recorded', {}),
  open('tcp, recorded', { transport: 'tcp' }),
])
for (let round = 0; round < WARM_UP + rounds; round++) {
  for (const { kernel, times } of subjects) {
    const took = await timed(kernel, `bench-${round}`)
    if (round >= WARM_UP) times.push(took)
  }
}
for (const { name, times, bridge } of subjects) {
  times.sort((one, other) => one - other)
  const [p50, p95] = [0.5, 0.95].map((share) => times[Math.floor(times.length * share)]?.toFixed(2))
  process.stdout.write(`${name.padEnd(18)} p50 ${p50} ms  p95 ${p95} ms  (${rounds} runs)\n`)
  await bridge.end()
}

async function open(name: string, options: Parameters<typeof realKernels>[0]) {
  const bridge = await realKernels(options)
  const times: number[] = []
  return { name, bridge, times, kernel: await bridge.start() }
}

async function timed(kernel: Kernel, runId: string): Promise<number> {
  const before = performance.now()
  await run(kernel, '1', runId)
  const took = performance.now() - before
  kernel.acknowledge(runId)
  return took
}
