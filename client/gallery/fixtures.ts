/** Every fixture, in the order of the gallery. A component is one line here (docs/extending/component.md). */
import type { Fixture } from './fixture.ts'
import { again } from './fixtures/again.tsx'
import { banners } from './fixtures/banners.tsx'
import { bars } from './fixtures/bars.tsx'
import { cells } from './fixtures/cells.tsx'
import { commands } from './fixtures/commands.tsx'
import { compares } from './fixtures/compare.tsx'
import { conflicts } from './fixtures/conflicts.tsx'
import { outline } from './fixtures/contents.tsx'
import { dialog } from './fixtures/dialog.tsx'
import { files } from './fixtures/files.tsx'
import { finds } from './fixtures/find.tsx'
import { headers } from './fixtures/header.tsx'
import { logs } from './fixtures/log.tsx'
import { marks } from './fixtures/marks.tsx'
import { menu } from './fixtures/menu.tsx'
import { notices } from './fixtures/notices.tsx'
import { outputs } from './fixtures/outputs.tsx'
import { packages } from './fixtures/packages.tsx'
import { pages } from './fixtures/page.tsx'
import { problems } from './fixtures/problem.tsx'
import { receipts } from './fixtures/receipts.tsx'
import { settings } from './fixtures/settings.tsx'
import { toolbars } from './fixtures/toolbar.tsx'

export const FIXTURES: readonly Fixture[] = [
  dialog,
  menu,
  notices,
  problems,
  marks,
  headers,
  bars,
  files,
  pages,
  toolbars,
  banners,
  conflicts,
  cells,
  outputs,
  finds,
  commands,
  settings,
  packages,
  outline,
  logs,
  receipts,
  compares,
  again,
]
