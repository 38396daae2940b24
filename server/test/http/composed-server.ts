/** A whole server over a folder, with members who sign in by a cookie, for tests of who may see what. */
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type ComposedServer, compose } from '../../src/compose.ts'
import { Access } from '../../src/http/access.ts'
import { loopbackHosts } from '../../src/http/gate.ts'
import { Grants } from '../../src/people/grants.ts'
import { MemberTokens } from '../../src/people/member-tokens.ts'
import { People } from '../../src/people/people.ts'
import { openProject, type Project } from '../../src/project.ts'
import { openKernels } from '../../src/setup/open-kernels.ts'

export interface TestServer {
  readonly project: Project
  readonly people: People
  readonly grants: Grants
  readonly memberTokens: MemberTokens
  readonly access: Access
  /** `127.0.0.1:PORT`. */
  readonly address: string
  /** Stops it, and removes its folders. */
  readonly close: () => Promise<void>
}

/** `root` is the project, `state` the folder of its people; any problem fails the test. */
export async function startComposed(
  root: string,
  state: string,
  client: string | null = null,
): Promise<TestServer> {
  const project = await openProject(root, (problem) => {
    throw new Error(problem)
  })
  const people = new People(state)
  const grants = new Grants(state)
  const memberTokens = new MemberTokens(state, people)
  const reach = { hosts: new Set(loopbackHosts), secureHosts: new Set<string>(), publicOrigin: null }
  const access = new Access({ people, grants, memberTokens, reach, root })
  const composed = compose({
    ...{ project, access, kernels: openKernels(root, { interpreters: [] }), client },
    ...{ version: '0', trust: async () => undefined },
    logError: (what, error) => {
      throw new Error(what, { cause: error })
    },
  })
  const server = createServer(composed.handle)
  server.on('upgrade', composed.upgrade)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = () => closeAll(server, composed, [root, state])
  return { project, people, grants, memberTokens, access, address, close }
}

async function closeAll(server: Server, composed: ComposedServer, folders: readonly string[]): Promise<void> {
  server.close()
  server.closeAllConnections()
  await composed.close()
  for (const folder of folders) await rm(folder, { recursive: true, force: true, maxRetries: 5 })
}
