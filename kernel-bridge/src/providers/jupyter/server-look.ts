/**
 * What each server offers, asked at most every few seconds. Invariant: a server that does not answer delays the list of
 * kernels by a second at most; what it offered before is shown with the reason.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { inBackground } from '../../background.ts'
import type { KernelPlace, KernelSpec } from '../../kernel.ts'
import { JupyterRest } from './rest.ts'
import { JupyterServer } from './server.ts'

const FRESH_MS = 5_000
const WAIT_MS = 1_500

export interface Look {
  readonly place: KernelPlace
  readonly specs: readonly KernelSpec[]
  /** By our name. */
  readonly remoteNames: ReadonlyMap<string, string>
}

interface Known {
  readonly key: string
  readonly at: number
  readonly look: Promise<Look>
  /** The last one that is there. */
  last: Look | null
}

export class ServerLook {
  readonly #provider: string
  readonly #known = new Map<string, Known>()

  constructor(provider: string) {
    this.#provider = provider
  }

  /** `isFresh`: waits for a new answer. */
  at(servers: readonly JupyterServer[], { isFresh = false } = {}): Promise<readonly Look[]> {
    return Promise.all(servers.map((server) => this.#one(server, isFresh)))
  }

  async #one(server: JupyterServer, isFresh: boolean): Promise<Look> {
    const key = JSON.stringify(server)
    const before = this.#known.get(server.id)
    const mine = before?.key === key ? before : undefined
    if (isFresh || mine === undefined || performance.now() - mine.at > FRESH_MS) this.#ask(server, key, mine)
    const known = this.#known.get(server.id)
    if (known === undefined) return emptyLook(this.#provider, server, NO_ANSWER)
    if (isFresh) return known.look
    const late = sleep(WAIT_MS, known.last ?? emptyLook(this.#provider, server, NO_ANSWER), { ref: false })
    return Promise.race([known.look, late])
  }

  #ask(server: JupyterServer, key: string, before: Known | undefined): void {
    const look = lookAt(this.#provider, server, before?.last ?? null)
    const known: Known = { key, at: performance.now(), look, last: before?.last ?? null }
    this.#known.set(server.id, known)
    const keep = async () => {
      known.last = await look
    }
    inBackground(keep(), `asking ${server.title} for its kernels`)
  }
}

const NO_ANSWER = 'It has not answered yet.'

const placeOf = (provider: string, { id, title }: JupyterServer, problem: string | null): KernelPlace => ({
  provider,
  id,
  title,
  problem,
})

const emptyLook = (provider: string, server: JupyterServer, problem: string): Look => ({
  place: placeOf(provider, server, problem),
  specs: [],
  remoteNames: new Map(),
})

/** Never rejects. */
async function lookAt(provider: string, server: JupyterServer, last: Look | null): Promise<Look> {
  try {
    const found = await new JupyterRest(server).specs()
    const place = placeOf(provider, server, null)
    const named = Object.entries(found).map(([name, { spec }]) => ({ name, spec }))
    const specs = named.map(({ name, spec }): KernelSpec => {
      const { display_name: title = name, language = '', metadata = {} } = spec
      return {
        name: `${name.toLowerCase()}@${server.id}`,
        displayName: `${title} on ${server.title}`,
        language,
        argv: [],
        env: {},
        interruptMode: 'message',
        resourceDir: null,
        metadata,
        where: place,
      }
    })
    return {
      place,
      specs,
      remoteNames: new Map(named.map(({ name }) => [`${name.toLowerCase()}@${server.id}`, name])),
    }
  } catch (error) {
    const place = placeOf(provider, server, error instanceof Error ? error.message : String(error))
    const specs = (last?.specs ?? []).map((spec) => ({ ...spec, where: place }))
    return { place, specs, remoteNames: last?.remoteNames ?? new Map() }
  }
}

/** Asks once. Never rejects. `kernels`: their titles. */
export async function askForKernels(
  server: unknown,
): Promise<{ readonly kernels: string[]; readonly problem: string | null }> {
  const read = JupyterServer.safeParse(server)
  if (!read.success) return { kernels: [], problem: z.prettifyError(read.error) }
  try {
    const found = await new JupyterRest(read.data).specs()
    return {
      kernels: Object.entries(found).map(([name, { spec }]) => spec.display_name ?? name),
      problem: null,
    }
  } catch (error) {
    return { kernels: [], problem: error instanceof Error ? error.message : String(error) }
  }
}
