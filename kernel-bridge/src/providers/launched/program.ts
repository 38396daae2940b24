/**
 * A program that starts a private Jupyter server on another machine, and what it answers. Of that machine only Python is
 * asked: nothing of this project is installed there. agent/yesterday_launcher/launcher.py describes settings and answer.
 *
 * Use, for an SSH host: send `launchProgram(...)` to the standard input of `python3 -`, and give its output to
 * `readAnswer`. For a job of a cluster: write the program to a file of mode 600 with `report` (a file that gets the
 * answer, so that the token is in no log of the job) and `stay: true`, let the job run `python3 FILE`, and give the
 * text of the report to `readReport`. Both return a server to speak to by the socket or port that it names, or what is wrong;
 * `problemText` words it. Invariant: an answer is untrusted; it is bounded and checked before it is used.
 */
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { agentFolder } from '../../agent-code.ts'

export interface LaunchSettings {
  /** `look` lists the kernels and starts nothing. `stop` ends the server with its kernels. */
  readonly action: 'start' | 'find' | 'look' | 'stop'
  /** One server runs for each key, user and machine. */
  readonly key: string
  /** A Python or the folder of an environment over there; null looks in the usual places. */
  readonly python: string | null
  /** Where kernels start; `~` is the home folder. */
  readonly folder: string
  readonly listen?: 'socket' | 'port'
  readonly idleSeconds?: number
  /** The folder for its notes, for tests. */
  readonly state?: string | null
  readonly report?: string | null
  readonly stay?: boolean
}

export interface LaunchProgram {
  readonly source: string
  /** Begins the line of the answer. */
  readonly mark: string
}

/** Hours after which a server without kernels and requests ends. */
const IDLE_HOURS = 12
/** Characters of output that are read for the answer. */
export const OUTPUT_LIMIT = 256 * 1024

const KEY = /^[a-z0-9-]{1,64}$/

const FILES = ['__init__', 'found', 'launcher', 'server'] as const

/** Python of any version can read it: an old one says so in its answer. */
export async function launchProgram(settings: LaunchSettings): Promise<LaunchProgram> {
  if (!KEY.test(settings.key)) throw new RangeError(`not a key: ${settings.key}`)
  const sources = await Promise.all(FILES.map(sourceOf))
  const [empty = '', found = '', launcher = '', server = ''] = sources
  const mark = `yesterday-${randomUUID()}`
  const defaults = {
    listen: 'socket',
    idleSeconds: IDLE_HOURS * 3600,
    state: null,
    report: null,
    stay: false,
  }
  const all = JSON.stringify({ ...defaults, ...settings, mark, server })
  const modules = [
    ['yesterday_launcher', empty],
    ['yesterday_launcher.found', found],
    ['yesterday_launcher.launcher', launcher],
  ]
  return { mark, source: wrapped(JSON.stringify(modules), all, mark, settings.report ?? null) }
}

const sourceOf = (name: string): Promise<string> =>
  readFile(join(agentFolder, 'yesterday_launcher', `${name}.py`), 'utf8')

/** Literals of JSON strings are those of Python. */
function wrapped(modules: string, settings: string, mark: string, report: string | null): string {
  const text = (value: string): string => JSON.stringify(value)
  const old = JSON.stringify({ problem: 'oldPython', detail: 'VERSION' })
  return [
    'import json, sys, types',
    'if sys.version_info < (3, 10):',
    `    answer = ${text(old)}.replace("VERSION", "%d.%d" % tuple(sys.version_info[:2]))`,
    report === null
      ? `    sys.stdout.write("\\n" + ${text(mark)} + " " + answer + "\\n")`
      : `    open(${text(report)}, "w").write(answer)`,
    '    sys.exit(1)',
    `for name, source in json.loads(${text(modules)}):`,
    '    module = sys.modules[name] = types.ModuleType(name)',
    '    exec(compile(source, "<" + name + ">", "exec"), module.__dict__)',
    `sys.exit(module.main(${text(settings)}))`,
    '',
  ].join('\n')
}

const Line = z.string().max(500)
const Versions = z.record(z.string().max(40), z.string().max(80))

const Machine = z.object({
  host: z.string().max(300),
  /** Of the machine behind the name, so that two names of one machine are known. */
  id: z.string().max(40),
  system: z.string().max(300),
  cpus: z.number().int().min(1).max(100_000),
  /** Bytes. */
  memory: z.number().min(0),
  gpus: z.array(z.object({ name: Line, driver: Line, memory: Line })).max(64),
})
export type LaunchedMachine = z.infer<typeof Machine>

const Running = z
  .object({
    status: z.literal('running'),
    isNew: z.boolean(),
    /** Absolute, and short enough for a socket. No character that `ssh -L` or a shell takes for more. */
    socket: z
      .string()
      .regex(/^\/[\w./-]{1,105}$/)
      .nullable(),
    port: z.number().int().min(1).max(65_535).nullable(),
    token: z.string().regex(/^[0-9a-f]{64}$/),
    pid: z.number().int().min(1),
    python: z.string().max(4_096),
    folder: z.string().max(4_096),
    versions: Versions,
    machine: Machine,
  })
  .refine(({ socket, port }) => (socket === null) !== (port === null))
export type LaunchedServer = z.infer<typeof Running>

const Seen = z.object({
  status: z.literal('seen'),
  isRunning: z.boolean(),
  python: z.string().max(4_096),
  versions: Versions,
  kernels: z
    .array(
      z.object({
        name: z.string().regex(/^[\w.-]{1,200}$/),
        title: z.string().max(200),
        language: z.string().max(100),
      }),
    )
    .max(200),
  machine: Machine,
})
export type SeenMachine = z.infer<typeof Seen>

const None = z.object({ status: z.enum(['none', 'stopped']) })

const Problem = z.object({
  problem: z.enum([
    'oldPython',
    'noPython',
    'noJupyter',
    'noPlace',
    'noFolder',
    'notStarted',
    'silent',
    'busy',
    'failed',
    'garbage',
  ]),
  detail: z.string().max(4_000).default(''),
})
export type LaunchProblem = z.infer<typeof Problem>

const Answer = z.union([Running, Seen, None, Problem])
export type LaunchAnswer = z.infer<typeof Answer>

export const isProblem = (answer: LaunchAnswer): answer is LaunchProblem => 'problem' in answer

/** The answer in the output of a program; null while there is none. Other output around it is left out. */
export function readAnswer(output: string, mark: string): LaunchAnswer | null {
  const at = output.indexOf(`\n${mark} `)
  const end = output.indexOf('\n', at + 1)
  return at < 0 || end < 0 ? null : readReport(output.slice(at + mark.length + 2, end))
}

/** The answer that a report holds. */
export function readReport(text: string): LaunchAnswer {
  const garbage = (detail: string): LaunchProblem => ({ problem: 'garbage', detail })
  if (text.length > OUTPUT_LIMIT) return garbage('it is too long')
  try {
    const read = Answer.safeParse(JSON.parse(text))
    return read.success ? read.data : garbage('it is not of the form that was asked for')
  } catch {
    return garbage('it is not JSON')
  }
}

/** What is wrong and what to do, for people. `title` is the machine. */
export function problemText({ problem, detail }: LaunchProblem, title: string): string {
  const install = `Install it there: ${shown(detail)} -m pip install jupyter-server ipykernel`
  const words: Readonly<Record<LaunchProblem['problem'], string>> = {
    oldPython: `The Python of ${title} is ${shown(detail)}. Python 3.10 or newer is needed: name another one for this host.`,
    noPython: `There is no Python at ${shown(detail)} on ${title}. Name another one for this host.`,
    noJupyter: `There is no Jupyter server on ${title}. ${install}`,
    noPlace: `There is no folder ${shown(detail)} on ${title}. Name another one for this host.`,
    noFolder: `${title} has no place for notes of Yesterday: ${shown(detail)}.`,
    notStarted: `The Jupyter server on ${title} did not start: ${shown(detail)}`,
    silent: `The Jupyter server on ${title} does not answer (${shown(detail)}). Wait, or end that process there.`,
    busy: `Another start on ${title} is not over. Try again in a minute.`,
    failed: `Starting a Jupyter server on ${title} failed: ${shown(detail)}`,
    garbage: `${title} answered something else than was asked: ${shown(detail)}.`,
  }
  return words[problem]
}

/** Without control characters, which a terminal would follow. */
const shown = (text: string): string =>
  text
    .replace(/\p{C}+/gu, ' ')
    .trim()
    .slice(-1_000)
