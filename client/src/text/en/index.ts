/** The English words of every area; their keys are the keys of all languages. */
import { again } from './again.ts'
import { app } from './app.ts'
import { history } from './history.ts'
import { notebook } from './notebook.ts'
import { outline } from './outline.ts'
import { outputs } from './outputs.ts'
import { past } from './past.ts'
import { presence } from './presence.ts'

export const en = {
  ...app,
  ...again,
  ...outputs,
  ...history,
  ...notebook,
  ...past,
  ...presence,
  ...outline,
} as const
