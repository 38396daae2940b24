/** The notifier of a project: set up by the user's own folder, and fed by its comments. */
import { basename } from 'node:path'
import type { Comments } from '../comments/comments.ts'
import type { Grants } from '../people/grants.ts'
import type { People } from '../people/people.ts'
import { openProjectState, openUserFolder } from '../user/user-folder.ts'
import { readNotifyConfig } from './config.ts'
import { Notifier } from './notifier.ts'

export interface NotifierParts {
  readonly root: string
  readonly people: Pick<People, 'members'>
  /** Null where each has one role everywhere. */
  readonly grants: Pick<Grants, 'at'> | null
  readonly comments: Pick<Comments, 'onChange'>
  /** Null where the notebook is not open any more. */
  readonly pathOf: (document: string) => string | null
  readonly isHere: (person: string) => boolean
  readonly newId: () => string
  readonly logError: (what: string, error: unknown) => void
}

export function openNotifier(parts: NotifierParts): Notifier {
  const { root, people, grants, comments, pathOf, isHere, newId, logError } = parts
  const notifier = new Notifier({
    config: readNotifyConfig(openUserFolder(), (problem) => logError('reading notifications.json', problem)),
    folder: openProjectState(root),
    project: basename(root),
    newId,
    mayRead: (person, place) => {
      const member = people.members.find(({ id }) => id === person)
      if (member === undefined) return false
      return grants === null || grants.at(person, member.role, place).role !== 'none'
    },
    isHere,
  })
  comments.onChange({
    changed: () => undefined,
    read: () => undefined,
    written: (document, thread, comment) => {
      const path = pathOf(document)
      if (path !== null) notifier.commented({ document, path }, thread, comment)
    },
  })
  return notifier
}
