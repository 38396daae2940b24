/** Kernels of Jupyter servers and gateways that the user added. */
import type { MakeProvider, ProviderContext } from '../provider.ts'
import { RemoteKernels } from './jupyter/remote-kernels.ts'
import { JupyterServer } from './jupyter/server.ts'
import { type Look, ServerLook } from './jupyter/server-look.ts'
import type { FoundServer, ServerSource } from './jupyter/source.ts'

const JUPYTER = 'jupyter'

export const jupyterProvider: MakeProvider = (context) => new RemoteKernels(new UserServers(context), context)

class UserServers implements ServerSource {
  readonly provider = JUPYTER
  readonly title = 'Jupyter servers'
  readonly #context: ProviderContext
  readonly #looks = new ServerLook(JUPYTER)

  constructor(context: ProviderContext) {
    this.#context = context
  }

  has(place: string): boolean {
    return this.#server(place) !== undefined
  }

  looks(): Promise<readonly Look[]> {
    return this.#looks.at(this.#servers())
  }

  async reach(place: string): Promise<FoundServer & { readonly look: Look }> {
    const server = this.#server(place)
    const [look] = server === undefined ? [] : await this.#looks.at([server], { isFresh: true })
    if (server === undefined || look === undefined) throw new Error(`There is no Jupyter server ${place}`)
    return { server, look }
  }

  async find(place: string): Promise<FoundServer | null> {
    const server = this.#server(place)
    return server === undefined ? null : { server }
  }

  async close(): Promise<void> {}

  #server(place: string): JupyterServer | undefined {
    return this.#servers().find(({ id }) => id === place)
  }

  /** What is not a server is a problem, and hides no other. */
  #servers(): readonly JupyterServer[] {
    return this.#context.connections.list(JUPYTER).flatMap((one) => {
      const read = JupyterServer.safeParse(one)
      return read.success ? [read.data] : []
    })
  }
}
