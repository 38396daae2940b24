/** The program as a user without rights starts it, on a machine where the tests run as the system's root. */
import { execFile, execFileSync, spawn } from 'node:child_process'
import { lstatSync, readFileSync, realpathSync } from 'node:fs'
import { mkdtemp, realpath } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { python } from '../session/house.ts'

const program = join(import.meta.dirname, '../../bin/yesterday.js')
const home = join(import.meta.dirname, '../../..')

interface User {
  readonly uid: number
  readonly gid: number
}

/** A user of the system's own; null where there is none. */
function someUser(): User | null {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
  const users = lines.map((line) => line.split(':').slice(2, 4).map(Number))
  const found = users.find(([uid = 0, gid = 0]) => uid > 0 && uid < 1000 && gid > 0)
  return found === undefined ? null : { uid: found[0] ?? 0, gid: found[1] ?? 0 }
}

/** Why this cannot be tried here; null where it can. */
export function whyNoOrdinaryUser(): string | null {
  if (process.platform !== 'linux') return 'only on Linux'
  if (process.getuid?.() !== 0) return 'these tests run as an ordinary user already'
  if (someUser() === null) return 'the system has no other user'
  try {
    execFileSync('unshare', ['--mount', 'setpriv', '--version'], { stdio: 'ignore' })
    return null
  } catch {
    return 'this root may not change mounts'
  }
}

/** Gives a folder to the user, who then runs `yesterday …words` in it. */
export async function asOrdinaryUser(folder: string, words: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { uid, gid } = someUser() ?? { uid: 0, gid: 0 }
  await promisify(execFile)('chown', ['-R', `${uid}:${gid}`, folder])
  const keep = await realpath(await mkdtemp(join(tmpdir(), 'ys-user-')))
  const script = `${opened(keep).join('\n')}\nexec setpriv --reuid="$1" --regid="$2" --clear-groups -- "\${@:3}"`
  const command = [process.execPath, program, ...words]
  const child = spawn('unshare', ['--mount', 'bash', '-ec', script, 'bash', `${uid}`, `${gid}`, ...command], {
    cwd: folder,
    env: { ...process.env, HOME: folder, YESTERDAY_HOME: join(folder, '.user'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
  return { out, err }
}

/** Commands that let the user through to Python, Node and this checkout, wherever root keeps them to itself. */
function opened(keep: string): readonly string[] {
  const prefixes = execFileSync(
    python ?? '',
    ['-c', 'import sys; print(sys.prefix); print(sys.base_prefix)'],
    {
      encoding: 'utf8',
    },
  )
  const wanted = [...prefixes.trim().split('\n'), dirname(realpathSync(process.execPath)), home]
  const byGate = new Map<string, string[]>()
  for (const path of wanted.map((one) => realpathSync(one))) {
    const gate = closedAbove(path)
    if (gate !== null) byGate.set(gate, [...(byGate.get(gate) ?? []), path])
  }
  return [...byGate].flatMap(([gate, paths], place) => [
    `mkdir -p ${keep}/${place}`,
    `mount --bind ${gate} ${keep}/${place}`,
    `mount -t tmpfs -o mode=755 tmpfs ${gate}`,
    ...paths.flatMap((path) => [
      `mkdir -p ${path}`,
      `mount --bind ${keep}/${place}${path.slice(gate.length)} ${path}`,
    ]),
  ])
}

/** The topmost folder above the path that others may not enter. */
function closedAbove(path: string): string | null {
  const above: string[] = []
  for (let folder = path; folder !== '/'; folder = dirname(folder)) above.unshift(folder)
  return above.find((folder) => (lstatSync(folder).mode & 0o001) === 0) ?? null
}
