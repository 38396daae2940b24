/** `yesterday kernels`: which kernels can be started here, and which are there from sessions that have not ended. */
import { existsSync } from 'node:fs'
import type { Interpreter, KernelSpec } from '@yesterday/kernel-bridge'
import type { Command } from 'commander'
import { isRunning } from '../running.ts'
import { StoreError } from '../store/errors.ts'
import type { OpenSession } from '../store/ports.ts'
import { CommonOptions, perform, printJson, printLines, type Refusal } from './answer.ts'
import { projectRoot } from './project-root.ts'
import { counted, localTime, shortId, table } from './text.ts'

type Options = { readonly json: boolean; readonly root?: string | undefined }

/** Finds the Pythons to offer as kernels for a project. */
type FindInterpreters = (root: string) => Promise<readonly Interpreter[]>

/** Adds the command. */
export function registerKernels(program: Command, interpreters: FindInterpreters = projectPythons): void {
  program
    .command('kernels')
    .description('kernels that can be started, and kernels of sessions that have not ended')
    .option('--json', 'one object of JSON')
    .option('--root <dir>', 'the project folder')
    .action(async (raw: unknown) => {
      const options = CommonOptions.parse(raw)
      await perform(options, () => kernels(options, interpreters))
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
  const live = (await openSessions(root)).map(liveKernel)
  const specs = found.specs.map(({ name, displayName, language }) => ({ name, displayName, language }))
  if (json) {
    printJson({ specs, kernels: live, problems: found.problems.map(({ detail }) => detail) })
    return null
  }
  for (const { detail } of found.problems) process.stderr.write(`yesterday: ${detail}\n`)
  printLines([...specLines(specs), '', ...liveLines(live)])
  return null
}

/** None where nothing was recorded yet: that is no trouble for this question. */
async function openSessions(root: string): Promise<readonly OpenSession[]> {
  const { openStoreToRead } = await import('../store/open-store.ts')
  try {
    const store = openStoreToRead({ root })
    return await store.index.openSessions().finally(() => store.close())
  } catch (thrown) {
    if (thrown instanceof StoreError && thrown.code === 'no-store') return []
    throw thrown
  }
}

const liveKernel = ({ session, runs }: OpenSession) => ({
  session: session.session,
  notebook: session.notebook,
  spec: session.kernel.specName,
  displayName: session.displayName,
  pid: session.kernel.pid,
  started: session.at,
  /** False where the process is gone: a crash, or the machine was started anew. */
  alive: isRunning(session.kernel.pid) && existsSync(session.kernel.connectionFile),
  /** Runs that wait or run. */
  runs: runs.map(({ run }) => run),
})
type LiveKernel = ReturnType<typeof liveKernel>

function specLines(
  specs: readonly Pick<KernelSpec, 'name' | 'displayName' | 'language'>[],
): readonly string[] {
  if (specs.length === 0) return ['No kernel can be started. Install one: python3 -m pip install ipykernel']
  return table(specs.map(({ name, displayName, language }) => [name, displayName, language]))
}

function liveLines(live: readonly LiveKernel[]): readonly string[] {
  if (live.length === 0) return ['No session is open.']
  return table(
    live.map(({ session, notebook, displayName, pid, started, alive, runs }) => [
      shortId(session),
      notebook,
      displayName,
      `pid ${pid}`,
      `since ${localTime(started)}`,
      alive ? `alive, ${counted(runs.length, 'open run')}` : 'gone',
    ]),
  )
}
