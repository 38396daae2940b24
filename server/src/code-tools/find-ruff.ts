/** Where ruff is: in the environment of the notebook's kernel, or on the server's path. Nothing is run to find it. */
import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { delimiter, dirname, isAbsolute, join } from 'node:path'

const NAME = process.platform === 'win32' ? 'ruff.exe' : 'ruff'

/** `python` is that of a running kernel; null without one. Relative folders of the path are not searched. */
export async function findRuff(
  python: string | null,
  path: string = process.env.PATH ?? '',
): Promise<string | null> {
  const own = python !== null && isAbsolute(python) ? [dirname(python)] : []
  for (const folder of [...own, ...path.split(delimiter).filter(isAbsolute)]) {
    const program = join(folder, NAME)
    const isRunnable = await access(program, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (isRunnable) return program
  }
  return null
}
