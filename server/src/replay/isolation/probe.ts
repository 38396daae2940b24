/**
 * Tries an isolation layer on this machine: a program in it writes to a real file, reaches for the network and signals
 * this process. What is held back is judged from outside.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const TRY_MS = 20_000

/** A program for `python -c`: exits with 0 where nothing outside could be reached. Its words: a file, a process. */
const attempt = `
import os, socket, sys
path, process = sys.argv[1], int(sys.argv[2])
def held(act):
    try:
        act()
    except OSError:
        return True
    return False
def write():
    with open(path, "w") as file:
        file.write("written")
def connect():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        any_socket.connect(("192.0.2.1", 9))
held(write)
sys.exit(0 if held(connect) and held(lambda: os.kill(process, 0)) else 3)
`

/** Why the layer does not hold; null where it does. `wrap` makes the words that run a command in the layer. */
export async function tryLayer(
  python: string,
  wrap: (argv: readonly string[], store: string) => Promise<readonly string[]>,
): Promise<string | null> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'yesterday-probe-')))
  const file = join(folder, 'outside')
  try {
    await writeFile(file, 'as it was')
    const argv = [python, '-I', '-S', '-c', attempt, file, String(process.pid)]
    const [program = '', ...words] = await wrap(argv, join(folder, 'store'))
    await run(program, words, { timeout: TRY_MS, cwd: folder })
    return (await readFile(file, 'utf8')) === 'as it was' ? null : 'it let a write through'
  } catch (error) {
    return whyFailed(error)
  } finally {
    await rm(folder, { recursive: true, force: true }).catch(() => undefined)
  }
}

function whyFailed(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if ('code' in error && error.code === 3) return 'it let a program reach the network or another process'
  const said = 'stderr' in error ? String(error.stderr).trim().split('\n').at(-1) : ''
  return said || error.message.split('\n')[0] || 'it failed'
}
