/** What a kernel of this machine asks of its process and its folder. */
import { deathOf, type Ended } from './death.ts'
import { Interrupts } from './interrupt.ts'
import { LOCAL } from './kernel.ts'
import { clearConnection, removeFolder } from './kernel-folder.ts'
import { type Life, type Plan, type Setting, startLife } from './life.ts'
import type { KernelHost } from './live-kernel.ts'
import { type KernelProcess, memoryKills, stderrTail } from './process.ts'
import { readRecord, writeRecord } from './process-record.ts'
import { AcknowledgedRuns } from './spool.ts'
import { spooledObjects } from './spool-objects.ts'

export function localHost(plan: Plan, setting: Setting): KernelHost<Life<KernelProcess>> {
  const { folder, spec } = plan
  const interrupts = new Interrupts()
  const acknowledged = new AcknowledgedRuns(folder)
  let killsBefore: number | null = null
  return {
    provider: LOCAL,
    kernelId: plan.kernelId,
    spec,
    folder,
    place: null,
    lacks: [],
    objects: spooledObjects(folder.spoolDir),
    onProblem: setting.onProblem,
    here: ({ process: { pid } }) => ({ pid, connectionFile: folder.connectionFile, folder: folder.dir }),
    start: () => startLife(plan, setting),
    prepare: async () => {
      killsBefore = await memoryKills()
    },
    interrupt: async ({ process: kernel, conversation, agentProblem }) => {
      // A signal cannot be sent on Windows; a kernel there may still read the message.
      if (spec.interruptMode === 'message' || process.platform === 'win32')
        await conversation.ask('control', 'interrupt_request', {}, 5_000)
      else {
        const signals = { strike: () => kernel.signal('SIGINT'), wake: () => kernel.signal('SIGURG') }
        await interrupts.send(signals, conversation, agentProblem === null)
      }
    },
    askToEnd: ({ conversation }, how) => {
      conversation.ask('control', 'shutdown_request', { restart: how === 'restart' }).catch(() => undefined)
    },
    release: ({ process: { identity } }) => {
      writeRecord(folder, setting.signer, { process: identity, owner: null })
    },
    isFindable: () => readRecord(folder, setting.signer) !== null,
    deathOf: async (ended: Ended, asked) => {
      const kills = await memoryKills()
      const memoryKill = kills === null || killsBefore === null ? null : kills > killsBefore
      return deathOf(ended, { asked, memoryKill, stderrTail: await stderrTail(folder.dir) })
    },
    lifeEnded: () => clearConnection(folder),
    acknowledge: (_, runId) => acknowledged.forget(runId),
    remove: () => removeFolder(folder),
  }
}
