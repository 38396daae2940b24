/**
 * The versions of an unmerged file in git's index. Only for trusted folders, and even there nothing of the repository's
 * configuration runs: no hook, no monitor, no filter, no fetch.
 */
import { execFile } from 'node:child_process'
import { basename, dirname } from 'node:path'

/** Null for a version that the index does not have. */
export interface IndexVersions {
  readonly base: Buffer | null
  readonly ours: Buffer | null
  readonly theirs: Buffer | null
}

const TIMEOUT_MS = 20_000
const OFF = [
  ...['--no-pager', '--no-optional-locks', '--no-replace-objects', '--literal-pathspecs'],
  ...['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', '-c', 'protocol.allow=never'],
]
/** The variables that git needs; others, such as `GIT_DIR`, would lead elsewhere. */
const environment = (): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  SystemRoot: process.env.SystemRoot,
  GIT_NO_LAZY_FETCH: '1',
  GIT_TERMINAL_PROMPT: '0',
  LC_ALL: 'C',
})

/** `absolute` is the file's real path; a version has at most `limit` bytes. */
export async function indexVersions(absolute: string, limit: number): Promise<IndexVersions> {
  const [base, ours, theirs] = await Promise.all(
    [1, 2, 3].map((stage) => git(absolute, limit, ['cat-file', 'blob', `:${stage}:./${basename(absolute)}`])),
  )
  return { base: base ?? null, ours: ours ?? null, theirs: theirs ?? null }
}

/** Whether git waits for `git add` of the file. */
export async function isUnmerged(absolute: string): Promise<boolean> {
  const listed = await git(absolute, 1_000_000, ['ls-files', '--unmerged', '-z', '--', basename(absolute)])
  return listed !== null && listed.length > 0
}

/** What git prints; null if it fails, is not installed, or the folder is in no repository. */
function git(absolute: string, limit: number, words: readonly string[]): Promise<Buffer | null> {
  const options = {
    cwd: dirname(absolute),
    env: environment(),
    encoding: 'buffer',
    maxBuffer: limit,
    timeout: TIMEOUT_MS,
    windowsHide: true,
  } as const
  return new Promise((resolve) => {
    execFile('git', [...OFF, ...words], options, (error, stdout) => resolve(error === null ? stdout : null))
  })
}
