/** Kernels of machines that the user reaches by SSH, on a private Jupyter server there. */
import type { MakeProvider, ProviderContext } from '../provider.ts'
import { RemoteKernels } from './jupyter/remote-kernels.ts'
import type { Look } from './jupyter/server-look.ts'
import type { FoundServer, ServerSource } from './jupyter/source.ts'
import type { SeenMachine } from './launched/program.ts'
import { type Environment, launchBySsh } from './ssh/command.ts'
import { SshHost } from './ssh/host.ts'
import { SSH, SshLink } from './ssh/link.ts'

export const sshProvider: MakeProvider = (context) => new RemoteKernels(new SshHosts(context), context)

class SshHosts implements ServerSource {
  readonly provider = SSH
  readonly title = 'Machines by SSH'
  readonly #context: ProviderContext
  /** By host and settings. */
  readonly #links = new Map<string, SshLink>()

  constructor(context: ProviderContext) {
    this.#context = context
  }

  has(place: string): boolean {
    return this.#hosts().some(({ id }) => id === place)
  }

  looks(): Promise<readonly Look[]> {
    return Promise.all(this.#hosts().map((host) => this.#link(host).look(host.kernels)))
  }

  async reach(place: string): Promise<FoundServer & { readonly look: Look }> {
    const host = this.#hosts().find(({ id }) => id === place)
    if (host === undefined) throw new Error(`There is no host ${place}.`)
    return this.#link(host).reach()
  }

  async find(place: string): Promise<FoundServer | null> {
    const host = this.#hosts().find(({ id }) => id === place)
    return host === undefined ? null : this.#link(host).find()
  }

  async close(): Promise<void> {
    await Promise.all([...this.#links.values()].map((link) => link.close()))
  }

  /** What is not a host is left out, and hides no other. */
  #hosts(): readonly SshHost[] {
    return this.#context.connections.list(SSH).flatMap((one) => {
      const read = SshHost.safeParse(one)
      return read.success ? [read.data] : []
    })
  }

  /** Other settings make another connection. Kernels of the one before keep theirs. */
  #link(host: SshHost): SshLink {
    const { kernels: _, ...settings } = host
    const key = JSON.stringify(settings)
    const known = this.#links.get(key)
    if (known !== undefined) return known
    const link = new SshLink(host, this.#context)
    this.#links.set(key, link)
    return link
  }
}

/** Looks at a host once, and starts nothing there. Never rejects. */
export async function lookAtHost(
  host: unknown,
  environment: Environment,
): Promise<{ readonly seen: SeenMachine | null; readonly problem: string | null }> {
  const read = SshHost.safeParse(host)
  if (!read.success) return { seen: null, problem: read.error.issues[0]?.message ?? 'It is no host.' }
  try {
    const answer = await launchBySsh(read.data, { action: 'look', key: 'look' }, environment)
    return { seen: answer.status === 'seen' ? answer : null, problem: null }
  } catch (error) {
    return { seen: null, problem: error instanceof Error ? error.message : String(error) }
  }
}
