/** The machines of the kernel picker that are reached by SSH. */
import { lookAtHost } from '@yesterday/kernel-bridge'
import { type HostTest, type SavedHosts, sshHostApi } from '../../../contract/ssh-hosts.ts'
import { kernelEnvironment } from '../../setup/open-kernels.ts'
import {
  configuredHosts,
  type HostEntry,
  HostsError,
  hostOf,
  keepKernels,
  readHosts,
  removeHost,
  saveHost,
  shownHost,
} from '../../user/ssh-hosts.ts'
import { json, type Reply, refuse } from '../reply.ts'
import { on, type Route } from '../route.ts'

export function sshHostRoutes(): readonly Route[] {
  const list = (): SavedHosts => ({ hosts: readHosts().map(shownHost), configured: [...configuredHosts()] })
  return [
    on(sshHostApi.sshHosts, async () => answered(async () => json(list()))),
    on(sshHostApi.saveSshHost, async ({ params, body }) =>
      answered(async () => {
        saveHost(hostOf(params.id, body))
        return json(list())
      }),
    ),
    on(sshHostApi.testSshHost, async ({ params, body }) =>
      answered(async () => json(await testHost(hostOf(params.id, body)))),
    ),
    on(sshHostApi.removeSshHost, async ({ params: { id } }) =>
      answered(async () => {
        if (removeHost(id)) return json(list())
        return refuse({ code: 'missing', status: 404, message: `There is no host ${id}.` })
      }),
    ),
  ]
}

/** Connects once, and keeps the kernels that it finds if the host is saved. */
export async function testHost(host: HostEntry): Promise<HostTest> {
  const { seen, problem } = await lookAtHost(host, kernelEnvironment(process.env))
  if (seen === null) return { kernels: [], machine: null, problem }
  keepKernels(host, seen.kernels)
  const { host: name, cpus, memory, gpus } = seen.machine
  const python = `Python ${seen.versions.python ?? ''} at ${seen.python}`
  return {
    kernels: seen.kernels.map(({ title }) => title),
    machine: { host: name, cpus, memory, gpus, python },
    problem,
  }
}

async function answered(work: () => Promise<Reply>): Promise<Reply> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof HostsError)) throw error
    return refuse({ code: error.code, status: 409, message: error.message, hint: error.hint })
  }
}
