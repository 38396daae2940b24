/**
 * A server to be killed: starts a kernel in the runtime folder named, asks it for a run that counts aloud until a
 * file exists, and prints where the kernel is once that run prints. A word on its standard input
 * makes another kernel ready.
 */
import { createKernels } from '../src/index.ts'
import { listenTo } from './real-kernels.ts'
import { signer } from './signer.ts'

const [, , python = '', runtimeDir = '', cwd = '', signalFile = ''] = process.argv

const kernels = createKernels({
  runtimeDir,
  signer,
  interpreters: [{ name: 'tested', displayName: 'Tested Python', python }],
})
const kernel = await kernels.start({ specName: 'tested', cwd, prewarm: false })
kernel.outlive()
// One is made ready where the test asks for it: else it would be killed in the middle of making it.
process.stdin.once('data', () => kernels.prewarm({ specName: 'tested', cwd }))
await kernel.execute({ code: 'x = 41', runId: 'first', cellId: 'c1' }).done

const heard = listenTo(kernel)
const code = `
import os, time
n = 0
while not os.path.exists(${JSON.stringify(signalFile)}):
    print(n, flush=True)
    n += 1
    time.sleep(0.002)
print("end", flush=True)
y = x + 1
y`
kernel.execute({ code, runId: 'second', cellId: 'c2' })
await heard.until(({ header }) => header.msg_type === 'stream')
process.stdout.write(`${JSON.stringify({ address: kernel.address, here: kernel.here })}\n`)
// The open sockets keep this process until it is killed.
