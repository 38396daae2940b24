/**
 * Leaves out of an answer what its receiver may not see. Invariant: an object that names a run, session, checkpoint,
 * notebook or path is about it; one about something hidden is dropped from its list, and null elsewhere.
 */
import type { RoleHere } from '../../contract/grants.ts'
import { mayActAs } from '../../contract/route.ts'
import type { Place } from '../people/grants.ts'
import type { Places } from './places.ts'

type RoleAt = (place: Place) => Promise<RoleHere>
type Fields = Readonly<Record<string, unknown>>

/** The value of an object that is left out. */
const HIDDEN = Symbol('hidden')
/** Fields with what a user wrote. The list in `content` is that of a folder. */
const FOREIGN: ReadonlySet<string> = new Set(['facets', 'metadata', 'source', 'preview'])
const DIGEST = /^sha256:[0-9a-f]{64}$/
/** Fields that refer to a run by its id. */
const REFERENCES: ReadonlySet<string> = new Set(['by', 'run'])
/** An object without one of these says nothing any more. */
const ESSENTIAL: ReadonlySet<string> = new Set(['edge', 'kernel'])

/** Null where the whole answer is about something hidden. */
export async function prune(body: object, places: Places, roleAt: RoleAt): Promise<object | null> {
  const pruned = await new Pruning(places, roleAt).value(body, null)
  return typeof pruned === 'object' ? pruned : null
}

class Pruning {
  readonly #places: Places
  readonly #roleAt: RoleAt
  readonly #records = new Map<string, Promise<boolean>>()

  constructor(places: Places, roleAt: RoleAt) {
    this.#places = places
    this.#roleAt = roleAt
  }

  /** `within` is the notebook that the value is part of. */
  async value(value: unknown, within: string | null): Promise<unknown> {
    if (typeof value === 'string' && within !== null && DIGEST.test(value))
      this.#places.disclose(value, within)
    if (typeof value !== 'object' || value === null) return value
    if (!Array.isArray(value)) return this.#object(Object.fromEntries(Object.entries(value)), within)
    const items: unknown[] = []
    for (const item of value) {
      const shown = await this.value(item, within)
      if (shown !== HIDDEN) items.push(shown)
    }
    return items
  }

  async #object(fields: Fields, within: string | null): Promise<unknown> {
    const places = await this.#placesOf(fields)
    const roles = await Promise.all(places.map((place) => this.#roleAt(place)))
    if (roles.includes('none') || (await this.#linksHidden(fields))) return HIDDEN
    const own = places[0]?.document ?? within
    const shown: [string, unknown][] = []
    for (const [name, field] of Object.entries(fields)) {
      const isForeign = FOREIGN.has(name) || (name === 'content' && !Array.isArray(field))
      const next = isForeign ? field : await this.#field(name, field, own)
      if (next === HIDDEN && ESSENTIAL.has(name)) return HIDDEN
      shown.push([name, next === HIDDEN ? null : next])
    }
    const result = Object.fromEntries(shown)
    const mayWrite = roles.every((role) => role !== 'none' && mayActAs(role, 'editor'))
    if (typeof fields.writable !== 'boolean') return result
    const entry = { ...result, writable: fields.writable && mayWrite }
    return 'modified' in fields ? { ...entry, mayEdit: mayWrite } : entry
  }

  async #field(name: string, field: unknown, within: string | null): Promise<unknown> {
    if (typeof field === 'string' && REFERENCES.has(name)) return (await this.#sees(field)) ? field : HIDDEN
    if (name !== 'makers' || !Array.isArray(field)) return this.value(field, within)
    const seen = await Promise.all(field.map((run) => this.#sees(String(run))))
    return field.filter((_, index) => seen[index])
  }

  /** A record is where its notebook is now, whatever path it names. */
  async #placesOf(fields: Fields): Promise<readonly Place[]> {
    const named = (name: string): string | null => {
      const field = fields[name]
      return typeof field === 'string' ? field : null
    }
    const id = named('id')
    if (id !== null && 'progress' in fields) return this.#places.of({ kind: 'job', named: id })
    if (id !== null && 'execution_state' in fields) return this.#places.of({ kind: 'kernel', named: id })
    const isRun = 'notebook' in fields || 'title' in fields
    const record = named('checkpoint') ?? (isRun ? (named('run') ?? named('session')) : null)
    const found = record === null ? null : await this.#places.ofRecord(record)
    const document = named('document') ?? named('documentId')
    const place = found ?? (document === null ? null : await this.#places.ofDocument(document))
    if (place !== null) return [place]
    const path = named('path') ?? named('notebook')
    return path === null ? [] : [await this.#places.listed(path)]
  }

  /** A link of a graph: from one run to another, or from a run to a version. */
  async #linksHidden(fields: Fields): Promise<boolean> {
    const isLink = 'direction' in fields || 'things' in fields
    const ends = isLink ? [fields.from, fields.to, fields.run] : []
    const seen = await Promise.all(ends.map((end) => typeof end !== 'string' || this.#sees(end)))
    return seen.includes(false)
  }

  #sees(record: string): Promise<boolean> {
    const known = this.#records.get(record)
    if (known !== undefined) return known
    const looked = this.#places
      .ofRecord(record)
      .then(async (place) => place === null || (await this.#roleAt(place)) !== 'none')
    this.#records.set(record, looked)
    return looked
  }
}
