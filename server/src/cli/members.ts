/** `yesterday members`: who has which role in this project, and at which folders and notebooks. */
import { realpathSync } from 'node:fs'
import type { Command } from 'commander'
import { Grants, type GrantTarget } from '../people/grants.ts'
import { isGuest, PeopleStore } from '../people/people-store.ts'
import { openProjectState } from '../user/user-folder.ts'
import { CommonOptions, perform, printJson, printLines } from './answer.ts'
import { projectRoot } from './project-root.ts'
import { printable, table } from './text.ts'

const help = `
Roles are changed in the page, under Share. A line that begins with spaces is a role for one place; "none" hides it.`

/** Adds the command. */
export function registerMembers(program: Command): void {
  program
    .command('members')
    .description('who has which role, in the project and at single folders and notebooks')
    .option('--json', 'one object of JSON for each person')
    .option('--root <dir>', 'the project folder')
    .addHelpText('after', help)
    .action(async (raw: unknown) => {
      const options = CommonOptions.parse(raw)
      await perform(options, async () => {
        await members(realpathSync(projectRoot({ root: options.root })), options.json)
        return null
      })
    })
}

interface RoleAt {
  readonly kind: GrantTarget['kind']
  readonly place: string
  readonly role: string
  readonly by: string
}

async function members(root: string, json: boolean): Promise<void> {
  const state = openProjectState(root)
  const { people } = new PeopleStore(state).file
  const grants = new Grants(state)
  const pathOf = await notebookPaths(root, grants)
  const rolesOf = (id: string): readonly RoleAt[] =>
    grants.of(id).map(({ on, role, by }) => ({
      kind: on.kind,
      place: on.kind === 'folder' ? on.path : pathOf(on.document),
      role,
      by,
    }))
  const lines = people.map((person) => ({
    id: person.id,
    name: person.name,
    role: person.role,
    isGuest: isGuest(person),
    places: rolesOf(person.id),
  }))
  if (json) for (const line of lines) printJson(line)
  else if (lines.length === 0) printLines(['Nothing to list: no browser has signed in yet.'])
  else printLines(table(lines.flatMap(rowsOf)))
}

const rowsOf = ({
  name,
  role,
  places,
}: {
  readonly name: string
  readonly role: string
  readonly places: readonly RoleAt[]
}): readonly (readonly string[])[] => [
  [printable(name), role],
  ...places.map((one) => [`  ${printable(one.place === '' ? 'everything' : one.place)}`, one.role]),
]

/** The paths of notebooks that have grants, as the history knows them; the id where it does not. */
async function notebookPaths(root: string, grants: Grants): Promise<(document: string) => string> {
  const ids = grants.all.flatMap(({ on }) => (on.kind === 'notebook' ? [on.document] : []))
  if (ids.length === 0) return (document) => document
  const { openStoreToRead } = await import('../store/open-store.ts')
  const store = openStoreToRead({ root })
  try {
    const known = await Promise.all([...new Set(ids)].map((id) => store.index.notebook(id)))
    const paths = new Map(known.flatMap((one) => (one === null ? [] : [[one.id, one.path] as const])))
    return (document) => paths.get(document) ?? document
  } finally {
    await store.close()
  }
}
