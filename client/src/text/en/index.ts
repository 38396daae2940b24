/** The English words of every area; their keys are the keys of all languages. */
import { en as facts } from '@yesterday/server/contract/words-en.ts'
import { activity } from './activity.ts'
import { again } from './again.ts'
import { app } from './app.ts'
import { comments } from './comments.ts'
import { conflicts } from './conflicts.ts'
import { forecasts } from './forecasts.ts'
import { history } from './history.ts'
import { historyState } from './history-state.ts'
import { hosts } from './hosts.ts'
import { kept } from './kept.ts'
import { links } from './links.ts'
import { machines } from './machines.ts'
import { metadata } from './metadata.ts'
import { moving } from './moving.ts'
import { names } from './names.ts'
import { notebook } from './notebook.ts'
import { notices } from './notices.ts'
import { notify } from './notify.ts'
import { outline } from './outline.ts'
import { outputs } from './outputs.ts'
import { packages } from './packages.ts'
import { past } from './past.ts'
import { people } from './people.ts'
import { presence } from './presence.ts'
import { servers } from './servers.ts'
import { settings } from './settings.ts'
import { sides } from './sides.ts'
import { slurm } from './slurm.ts'
import { sql } from './sql.ts'
import { sweeps } from './sweeps.ts'
import { terminals } from './terminals.ts'
import { trust } from './trust.ts'
import { variables } from './variables.ts'

export const en = {
  ...facts,
  ...app,
  ...activity,
  ...again,
  ...comments,
  ...conflicts,
  ...outputs,
  ...history,
  ...historyState,
  ...kept,
  ...links,
  ...metadata,
  ...moving,
  ...names,
  ...notebook,
  ...notices,
  ...notify,
  ...packages,
  ...past,
  ...people,
  ...presence,
  ...outline,
  ...settings,
  ...hosts,
  ...servers,
  ...slurm,
  ...sql,
  ...machines,
  ...sides,
  ...forecasts,
  ...sweeps,
  ...terminals,
  ...trust,
  ...variables,
} as const
