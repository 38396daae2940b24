/** Commands on the two sides of the page and its tabs. */
import { routeUrl } from '../navigation/route.ts'
import { closeBeside, focusOtherSide, isPane, isSplit, openBeside } from '../navigation/side.ts'
import { reopenClosed, tabs } from '../navigation/tabs.ts'
import { type Command, pageKeys } from './command.ts'

export const SIDE_COMMANDS = [
  {
    id: 'openBeside',
    label: 'command.openBeside',
    keys: pageKeys('Mod-\\'),
    when: () => !isPane,
    run: ({ path }) => openBeside(routeUrl({ at: 'file', path: path.get() })),
  },
  {
    id: 'otherSide',
    label: 'command.otherSide',
    keys: pageKeys('F6'),
    when: isSplit,
    run: focusOtherSide,
  },
  { id: 'closeBeside', label: 'command.closeBeside', when: isSplit, run: closeBeside },
  {
    id: 'reopenClosed',
    label: 'command.reopenClosed',
    when: () => tabs.get().closed.length > 0,
    run: reopenClosed,
  },
] as const satisfies readonly Command[]
