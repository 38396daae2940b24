/** A kernelspec of the tested Python, below a project. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { python } from '../session/house.ts'

export async function makeSpec(root: string): Promise<void> {
  const spec = join(root, 'jupyter', 'kernels', 'tested')
  await mkdir(spec, { recursive: true })
  const argv = [python, '-m', 'ipykernel_launcher', '-f', '{connection_file}']
  await writeFile(
    join(spec, 'kernel.json'),
    JSON.stringify({ argv, display_name: 'Tested', language: 'python' }),
  )
}
