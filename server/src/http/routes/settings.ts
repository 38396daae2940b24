/** Settings of the caller and of the project. */
import { join } from 'node:path'
import { type SettingsState, settingsApi } from '../../../contract/settings.ts'
import type { People } from '../../people/people.ts'
import {
  memberSettingsPath,
  ownSettingsPath,
  PROJECT_SETTINGS,
  SettingsError,
  SettingsFile,
} from '../../user/settings.ts'
import { openProjectState, userFolder } from '../../user/user-folder.ts'
import { json, type Reply, refuse } from '../reply.ts'
import { type Call, on, type Route } from '../route.ts'

/** The files of settings of one project, opened once each. `close` ends their watching. */
export class SettingsFiles {
  readonly project: SettingsFile
  readonly #own = new SettingsFile(ownSettingsPath(userFolder()), 'person')
  readonly #members = new Map<string, SettingsFile>()
  readonly #root: string
  readonly #people: Pick<People, 'isMember'>
  readonly #onChange: () => void
  readonly #stops: readonly (() => void)[]

  /** `root` is the project folder. Settings that change, by a request or by another program, are announced by `onChange`. */
  constructor(root: string, people: Pick<People, 'isMember'>, onChange: () => void) {
    this.#root = root
    this.#people = people
    this.#onChange = onChange
    this.project = new SettingsFile(join(root, PROJECT_SETTINGS), 'project')
    this.#stops = [this.project, this.#own].map((file) => file.watch(onChange))
  }

  /** A member and a person of a lower role have a file of their own; who started the server has one for all projects. */
  of({ person, role }: Pick<Call, 'person' | 'role'>): SettingsFile {
    if (role === 'owner' && !this.#people.isMember(person.id)) return this.#own
    const known = this.#members.get(person.id)
    if (known !== undefined) return known
    const path = memberSettingsPath(openProjectState(this.#root), person.id)
    const file = new SettingsFile(path, 'person')
    this.#members.set(person.id, file)
    return file
  }

  async state(person: SettingsFile): Promise<SettingsState> {
    return { person: await person.read(), project: await this.project.read() }
  }

  /** Changes a file and answers what counts then. */
  async changed(person: SettingsFile, work: () => Promise<void>): Promise<Reply> {
    try {
      await work()
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error
      return refuse({ code: 'settings', status: 409, message: error.message, hint: error.hint })
    }
    this.#onChange()
    return json(await this.state(person))
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) stop()
  }
}

export function settingsRoutes(files: SettingsFiles): readonly Route[] {
  const { project } = files
  return [
    on(settingsApi.settings, async (call) => json(await files.state(files.of(call)))),
    on(settingsApi.changeMySetting, async (call) => {
      const own = files.of(call)
      return files.changed(own, async () => own.set(call.params.id, call.body.value))
    }),
    on(settingsApi.changeProjectSetting, async (call) =>
      files.changed(files.of(call), async () => project.set(call.params.id, call.body.value)),
    ),
    on(settingsApi.discardMySettings, async (call) => {
      const own = files.of(call)
      return files.changed(own, () => own.discard())
    }),
    on(settingsApi.discardProjectSettings, async (call) =>
      files.changed(files.of(call), () => project.discard()),
    ),
  ]
}
