/**
 * Runs as a Process Run Crate (https://www.researchobject.org/workflow-run-crate/profiles/process_run_crate): a zip with
 * the code as it ran, the files and outputs whose bytes are kept, and the metadata that ties them together. Bytes that
 * are gone are named and left out.
 */
import { zipSync } from 'fflate'
import type { Edge, OutputEntry } from '../../../contract/run.ts'
import { mayLeave } from '../../document/masked-export.ts'
import type { RunSide } from '../../lineage/diff.ts'
import type { ReadObject } from '../../lineage/diff-outputs.ts'
import type { Exporter, ExportQuestion } from './exporter.ts'
import { type ExportScope, hashName } from './scope.ts'

type Entity = Readonly<Record<string, unknown>> & { readonly '@id': string }
const ref = (id: string) => ({ '@id': id })

const PROFILE = 'https://w3id.org/ro/wfrun/process/0.5'
/** The licence if none is stated. */
const NO_LICENCE = 'https://choosealicense.com/no-permission/'

export const crate: Exporter = { format: 'ro-crate', title: 'Workflow Run RO-Crate', body: roCrate }

/** The zip's bytes. */
async function roCrate({ scope, read, now, license }: ExportQuestion): Promise<Uint8Array> {
  const crate = new Crate(read)
  for (const side of scope.runs) await crate.add(side)
  return crate.zip(scope, now, licenceOf(license))
}

function licenceOf(stated: string | null): Entity {
  const entity = { '@type': 'CreativeWork' }
  if (stated === null)
    return {
      ...entity,
      '@id': NO_LICENCE,
      name: 'No licence stated',
      description: 'The author has not stated a licence under which others may use it.',
    }
  const isAddress = /^https?:\/\//.test(stated)
  const id = isAddress ? stated : `https://spdx.org/licenses/${encodeURIComponent(stated)}`
  return { ...entity, '@id': id, name: stated, description: `The licence is ${stated}.` }
}

class Crate {
  readonly #read: ReadObject
  readonly #files: Record<string, Uint8Array> = {}
  readonly #entities = new Map<string, Entity>()
  readonly #actions: string[] = []

  constructor(read: ReadObject) {
    this.#read = read
  }

  async add({ receipt }: RunSide): Promise<void> {
    const { run, actor, outcome, error, started, queued, ended, title, notebook } = receipt
    const code = `code/${run}.py`
    this.#files[code] = new TextEncoder().encode(receipt.source)
    this.#put({
      '@id': code,
      '@type': ['File', 'SoftwareSourceCode'],
      name: title || run,
      encodingFormat: 'text/x-python',
      programmingLanguage: ref('#python'),
    })
    this.#put({
      '@id': '#python',
      '@type': 'ComputerLanguage',
      name: 'Python',
      url: 'https://www.python.org/',
    })
    const agent = `#actor-${hashName(actor.id)}`
    this.#put({ '@id': agent, '@type': 'Person', name: actor.name })
    const object = await this.#edges(receipt.used)
    const result = [...(await this.#edges(receipt.generated)), ...(await this.#outputs(receipt.outputs))]
    const failed = error === null ? {} : { error: `${error.ename}: ${error.evalue}` }
    const isDone = outcome === 'ok'
    this.#put({
      '@id': `#run-${run}`,
      '@type': 'CreateAction',
      name: `Run of ${title || notebook}`,
      description: `A cell of ${notebook}`,
      instrument: ref(code),
      agent: ref(agent),
      object: object.map(ref),
      result: result.map(ref),
      startTime: started ?? queued,
      endTime: ended,
      actionStatus: ref(`http://schema.org/${isDone ? 'CompletedActionStatus' : 'FailedActionStatus'}`),
      ...failed,
    })
    this.#actions.push(`#run-${run}`)
  }

  /** Files with their bytes where those are kept; variables as values. */
  async #edges(edges: readonly Edge[]): Promise<string[]> {
    const ids: string[] = []
    for (const edge of edges) {
      const id =
        edge.kind === 'file' ? await this.#file(edge) : edge.kind === 'variable' ? this.#value(edge) : null
      if (id !== null) ids.push(id)
    }
    return [...new Set(ids)]
  }

  async #file(edge: Edge): Promise<string> {
    const { name, digest, version, value } = edge
    const isKept = value?.format === 'bytes' && mayLeave(edge)
    const bytes = isKept ? await this.#read(value.digest) : null
    const identity = hashName(`${name} ${digest ?? version}`)
    const base = (name.split('/').at(-1) ?? 'file').replace(/[^\w.-]/g, '_')
    const id = bytes === null ? `#file-${identity}` : `files/${identity}/${base}`
    if (bytes !== null) this.#files[id] = bytes
    const size = bytes === null ? {} : { contentSize: String(bytes.byteLength) }
    const type = bytes === null ? 'CreativeWork' : 'File'
    this.#put({ '@id': id, '@type': type, name, identifier: digest ?? version, ...size })
    return id
  }

  #value({ name, version, preview, type }: Edge): string {
    const id = `#value-${hashName(`${name} ${version}`)}`
    this.#put({ '@id': id, '@type': 'PropertyValue', name, value: preview ?? type ?? version })
    return id
  }

  async #outputs(outputs: readonly OutputEntry[]): Promise<string[]> {
    const ids: string[] = []
    for (const { digest, mime } of outputs) {
      const bytes = await this.#read(digest)
      if (bytes === null) continue
      const ending = mime.replace(/^.*\//, '').replace(/\W.*$/, '') || 'bin'
      const id = `outputs/${digest.slice(7, 39)}.${ending === 'plain' ? 'txt' : ending}`
      this.#files[id] = bytes
      this.#put({
        '@id': id,
        '@type': 'File',
        name: `output, ${mime}`,
        encodingFormat: mime,
        contentSize: String(bytes.byteLength),
      })
      ids.push(id)
    }
    return [...new Set(ids)]
  }

  #put(entity: Entity): void {
    this.#entities.set(entity['@id'], entity)
  }

  zip({ title, project }: ExportScope, now: string, licence: Entity): Uint8Array {
    const graph: readonly Entity[] = [
      {
        '@id': 'ro-crate-metadata.json',
        '@type': 'CreativeWork',
        conformsTo: ref('https://w3id.org/ro/crate/1.1'),
        about: ref('./'),
      },
      {
        '@id': './',
        '@type': 'Dataset',
        name: `${title} (${project})`,
        description: `What was recorded of ${title}: code, inputs, outputs and runs`,
        datePublished: now,
        license: ref(licence['@id']),
        conformsTo: ref(PROFILE),
        hasPart: Object.keys(this.#files).map(ref),
        mentions: this.#actions.map(ref),
      },
      { '@id': PROFILE, '@type': 'CreativeWork', name: 'Process Run Crate', version: '0.5' },
      licence,
      ...this.#entities.values(),
    ]
    const context = 'https://w3id.org/ro/crate/1.1/context'
    const metadata = JSON.stringify({ '@context': context, '@graph': graph }, null, 1)
    return zipSync({ 'ro-crate-metadata.json': new TextEncoder().encode(metadata), ...this.#files })
  }
}
