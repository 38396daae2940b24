/** `yesterday kernels`: which kernels can be started here, and which are there from sessions that have not ended. */
import type { Interpreter, KernelSpec } from '@yesterday/kernel-bridge'
import type { Command } from 'commander'
import { z } from 'zod'
import { StoreError } from '../store/errors.ts'
import type { OpenSession, RunIndex } from '../store/ports.ts'
import { storePaths } from '../store/project-folder.ts'
import { workspaceOf } from '../user/workspace.ts'
import { CommonOptions, isRefusal, perform, printJson, printLines, type Refusal, warn } from './answer.ts'
import { say } from './language.ts'
import { orphanLines } from './orphan-lines.ts'
import { projectRoot } from './project-root.ts'
import type { Stopped } from './stop-kernels.ts'
import { localTime, shortId, table } from './text.ts'

const Options = CommonOptions.extend({
  stop: z.union([z.boolean(), z.string()]).default(false),
  all: z.boolean().default(false),
  orphans: z.boolean().default(false),
})
type Options = z.infer<typeof Options>

/** Finds the Pythons to offer as kernels for a project. */
type FindInterpreters = (root: string) => Promise<readonly Interpreter[]>

/** Adds the command. */
export function registerKernels(program: Command, interpreters: FindInterpreters = projectPythons): void {
  program
    .command('kernels')
    .description('kernels that can be started, and kernels of sessions that have not ended; or stops them')
    .option('--stop [session]', 'stop the kernel of this session; without one, as --orphans')
    .option('--orphans', 'with --stop: those whose program was killed, and what else it left')
    .option('--all', 'with --stop: all kernels of this project')
    .option('--json', 'one object of JSON')
    .option('--root <dir>', 'the project folder')
    .action(async (raw: unknown) => {
      const options = Options.parse(raw)
      await perform(options, () => (options.stop === false ? kernels(options, interpreters) : stop(options)))
    })
}

const projectPythons: FindInterpreters = async (root) =>
  (await import('../setup/interpreters.ts')).findInterpreters(root)

async function kernels(
  { json, root: named }: Options,
  interpreters: FindInterpreters,
): Promise<Refusal | null> {
  const root = projectRoot({ root: named })
  const { findKernelSpecs } = await import('@yesterday/kernel-bridge')
  const found = await findKernelSpecs({ interpreters: await interpreters(root) })
  const here = await kernelsHere(root)
  const live = (await openSessions(root)).map((open) => liveKernel(open, here))
  const specs = found.specs.map(({ name, displayName, language }) => ({ name, displayName, language }))
  if (json) {
    printJson({ specs, kernels: live, problems: found.problems.map(({ detail }) => detail) })
    return null
  }
  for (const { detail } of found.problems) warn(detail)
  printLines([...specLines(specs), '', ...liveLines(live)])
  return null
}

async function stop({ json, root, stop: session, all }: Options): Promise<Refusal | null> {
  const { stopKernels } = await import('./stop-kernels.ts')
  const which = typeof session === 'string' ? { session } : all ? 'all' : 'orphans'
  const stopped = await stopKernels(projectRoot({ root }), which)
  if (isRefusal(stopped)) return stopped
  if (json) printJson(stopped)
  else printLines(stoppedLines(stopped))
  return null
}

function stoppedLines({ sessions, orphans }: Stopped): readonly string[] {
  const lines = sessions.map(
    ({ session, notebook, ran }) =>
      `${shortId(session)}  ${notebook}  ${ran ? 'stopped' : 'was gone already'}`,
  )
  const left = orphanLines(orphans)
  return lines.length + left.length === 0 ? ['No killed program left anything.'] : [...lines, ...left]
}

/** None where nothing was recorded yet: that is no trouble for this question. */
async function openSessions(root: string): Promise<readonly OpenSession[]> {
  const { openStoreToRead } = await import('../store/open-store.ts')
  try {
    const store = openStoreToRead({ root })
    return await withPaths(store.index).finally(() => store.close())
  } catch (thrown) {
    if (thrown instanceof StoreError && thrown.code === 'no-store') return []
    throw thrown
  }
}

/** A process of this machine, or where else the kernel is. */
interface Place {
  readonly pid: number | null
  readonly where: string | null
}

/** By kernel: its process or place, where one of ours runs. None of a project whose history is not ours. */
async function kernelsHere(root: string): Promise<ReadonlyMap<string, Place>> {
  if (workspaceOf(storePaths(root).folder).kind !== 'own') return new Map()
  const { openKernels } = await import('../setup/open-kernels.ts')
  const here = await openKernels(root, { interpreters: [] }).list()
  return new Map(
    here.flatMap(({ kernelId, pid, where = null }) =>
      pid === null && where === null ? [] : [[kernelId, { pid, where }]],
    ),
  )
}

/** Each with the path that its notebook has now. */
async function withPaths(
  index: Pick<RunIndex, 'openSessions' | 'notebookOf' | 'notebook'>,
): Promise<readonly OpenSession[]> {
  const open = (await index.openSessions()).map(async ({ session, runs }) => {
    const id = await index.notebookOf(session.session)
    const path = id === null ? undefined : (await index.notebook(id))?.path
    return { session: { ...session, notebook: path ?? session.notebook }, runs }
  })
  return Promise.all(open)
}

const liveKernel = ({ session, runs }: OpenSession, here: ReadonlyMap<string, Place>) => ({
  session: session.session,
  notebook: session.notebook,
  spec: session.kernel.specName,
  displayName: session.displayName,
  pid: here.get(session.kernel.kernelId)?.pid ?? null,
  where: here.get(session.kernel.kernelId)?.where ?? null,
  started: session.at,
  /** False where the process is gone (a crash, a restart of the machine), or is not proven ours. */
  alive: here.has(session.kernel.kernelId),
  /** Runs that wait or run. */
  runs: runs.map(({ run }) => run),
})
type LiveKernel = ReturnType<typeof liveKernel>

const stateWords = (alive: boolean, runs: number): string =>
  !alive
    ? say('kernel.dead')
    : runs === 0
      ? say('kernel.idle')
      : `${say('kernel.busy')}, ${say('kernel.runs', { count: runs })}`

function specLines(
  specs: readonly Pick<KernelSpec, 'name' | 'displayName' | 'language'>[],
): readonly string[] {
  if (specs.length === 0) return ['No kernel can be started. Install one: python3 -m pip install ipykernel']
  return table(specs.map(({ name, displayName, language }) => [name, displayName, language]))
}

function liveLines(live: readonly LiveKernel[]): readonly string[] {
  if (live.length === 0) return [say('kernel.noneOpen')]
  return table(
    live.map(({ session, notebook, displayName, pid, where, started, alive, runs }) => [
      shortId(session),
      notebook,
      displayName,
      pid === null ? (where ?? '') : `pid ${pid}`,
      say('kernel.since', { time: localTime(started) }),
      stateWords(alive, runs.length),
    ]),
  )
}
