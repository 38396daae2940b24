/** The kinds of Slurm jobs of the kernel picker. */
import { lookAtCluster, slurmCommands, testSlurm } from '@yesterday/kernel-bridge'
import { type SavedSlurms, slurmApi } from '../../../contract/slurm.ts'
import {
  readSlurm,
  removeSlurm,
  SlurmSettingsError,
  saveSlurm,
  shownSlurm,
  slurmOf,
} from '../../user/slurm.ts'
import { usableHosts } from '../../user/ssh-hosts.ts'
import { json, type Reply, refuse } from '../reply.ts'
import { on, type Route } from '../route.ts'

export function slurmRoutes(): readonly Route[] {
  const list = (): SavedSlurms => ({ entries: readSlurm().map(shownSlurm) })
  const commandsOn = (host: string | null) => slurmCommands(host, usableHosts(), process.env)
  return [
    on(slurmApi.slurm, async () => answered(async () => json(list()))),
    on(slurmApi.slurmCluster, async ({ query: { host = null } }) => {
      const { partitions, problem } = await lookAtCluster(commandsOn(host))
      return json({ partitions: [...partitions], problem })
    }),
    on(slurmApi.saveSlurm, async ({ params, body }) =>
      answered(async () => {
        saveSlurm(slurmOf(params.id, body))
        return json(list())
      }),
    ),
    on(slurmApi.testSlurm, async ({ params, body }) =>
      answered(async () => {
        const entry = slurmOf(params.id, body)
        return json({ problem: await testSlurm(commandsOn(entry.host), entry) })
      }),
    ),
    on(slurmApi.removeSlurm, async ({ params: { id } }) =>
      answered(async () => {
        if (removeSlurm(id)) return json(list())
        return refuse({ code: 'missing', status: 404, message: `There is no Slurm entry ${id}.` })
      }),
    ),
  ]
}

async function answered(work: () => Promise<Reply>): Promise<Reply> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof SlurmSettingsError)) throw error
    const status = error.code === 'badSlurm' ? 400 : 409
    return refuse({ code: error.code, status, message: error.message, hint: error.hint })
  }
}
