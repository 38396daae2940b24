/** A program to be killed: starts a kernel on the host of the settings, and prints where it is. */
import { createKernels } from '../src/index.ts'
import { signer } from './signer.ts'

const [, , runtimeDir = '', host = ''] = process.argv

const kernels = createKernels({
  runtimeDir,
  signer,
  connections: { list: (provider) => (provider === 'ssh' ? [JSON.parse(host)] : []) },
})
const kernel = await kernels.start({ specName: 'python3@gpu1', cwd: runtimeDir })
kernel.outlive()
await kernel.execute({ code: 'x = 41', runId: 'first', cellId: 'c1' }).done
process.stdout.write(`${JSON.stringify(kernel.address)}\n`)
// The open sockets keep this process until it is killed.
