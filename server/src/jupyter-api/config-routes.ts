/**
 * `/api/config/SECTION`: what Jupyter clients keep of their settings, one file for each section in the user's folder.
 * Invariant: a section is replaced whole, and changes of one follow one another.
 */
import { join } from 'node:path'
import { contentsApi } from '../../contract/contents-api.ts'
import { isJsonObject, isLargerThan, type Json, type JsonObject } from '../../contract/json.ts'
import { nodeDisk } from '../document/disk.ts'
import { json, type Reply } from '../http/reply.ts'
import { on, type Route } from '../http/route.ts'
import { openUserFolder, userFolder } from '../user/user-folder.ts'
import { jupyterRefusal, noContent } from './replies.ts'

/** UTF-16 units of a section. */
const MOST = 1024 * 1024

export function configRoutes(folder: string = userFolder()): readonly Route[] {
  const sections = new Sections(folder)
  const change = (
    section: string,
    to: (before: JsonObject) => JsonObject,
    answer: (now: JsonObject) => Reply,
  ) => sections.change(section, to).then((now) => (now === null ? tooLarge(section) : answer(now)))
  return [
    on(contentsApi.configSection, async ({ params }) => json(await sections.read(params.section))),
    on(contentsApi.setConfigSection, ({ params, body }) =>
      change(
        params.section,
        () => body,
        () => noContent,
      ),
    ),
    on(contentsApi.changeConfigSection, ({ params, body }) =>
      change(params.section, (before) => changed(before, body), json),
    ),
  ]
}

const tooLarge = (section: string): Reply =>
  jupyterRefusal({
    code: 'tooLarge',
    status: 413,
    message: `The settings “${section}” have more than ${MOST} characters. Nothing was changed.`,
  })

class Sections {
  readonly #folder: string
  #last: Promise<unknown> = Promise.resolve()

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Empty where there is none, or where it cannot be read. */
  async read(section: string): Promise<JsonObject> {
    try {
      const value: unknown = JSON.parse(Buffer.from(await nodeDisk.read(this.#path(section))).toString())
      return isJsonObject(value) ? value : {}
    } catch {
      return {}
    }
  }

  /** Returns what the section is now; null if it would be too large. */
  change(section: string, to: (before: JsonObject) => JsonObject): Promise<JsonObject | null> {
    const change = this.#last.then(async () => {
      const now = to(await this.read(section))
      if (isLargerThan(MOST, now)) return null
      openUserFolder(this.#folder, 'jupyter-config')
      await nodeDisk.replace(this.#path(section), [JSON.stringify(now)], 0o600)
      return now
    })
    this.#last = change.catch(() => undefined)
    return change
  }

  #path(section: string): string {
    return join(this.#folder, 'jupyter-config', `${section}.json`)
  }
}

/** Objects are changed member by member; null removes a member. */
function changed(before: JsonObject, change: JsonObject): JsonObject {
  const members = new Map<string, Json>(Object.entries(before))
  for (const [key, value] of Object.entries(change)) {
    const present = members.get(key)
    if (value === null) members.delete(key)
    else if (isJsonObject(value)) members.set(key, changed(isJsonObject(present) ? present : {}, value))
    else members.set(key, value)
  }
  return Object.fromEntries(members)
}
