/** A program to be killed: starts a kernel with the connections of the settings, and prints where it is. */
import { createKernels } from '../src/index.ts'
import { signer } from './signer.ts'

const [, , runtimeDir = '', specName = '', settings = ''] = process.argv
const connections: Readonly<Record<string, readonly unknown[]>> = JSON.parse(settings)

const kernels = createKernels({
  runtimeDir,
  signer,
  connections: { list: (provider) => connections[provider] ?? [] },
})
const kernel = await kernels.start({ specName, cwd: runtimeDir })
kernel.outlive()
await kernel.execute({ code: 'x = 41', runId: 'first', cellId: 'c1' }).done
process.stdout.write(`${JSON.stringify(kernel.address)}\n`)
// The open sockets keep this process until it is killed.
