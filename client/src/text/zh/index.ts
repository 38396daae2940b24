/** The Chinese words of every area. */
import type { en } from '../en/index.ts'
import type { Translation } from '../phrase.ts'
import { again } from './again.ts'
import { app } from './app.ts'
import { history } from './history.ts'
import { notebook } from './notebook.ts'
import { outline } from './outline.ts'
import { outputs } from './outputs.ts'
import { past } from './past.ts'
import { presence } from './presence.ts'

export const zh: Translation<typeof en> = {
  ...app,
  ...again,
  ...outputs,
  ...history,
  ...notebook,
  ...past,
  ...presence,
  ...outline,
}
