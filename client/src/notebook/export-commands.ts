/** Commands that give the notebook in another form, as a file, and that print it. */
import type { ExportFormat } from '@yesterday/server/contract/http.ts'
import { exportUrl } from '../api/api.ts'
import { saveUrl } from '../ui/save-url.ts'
import type { Command } from './command.ts'
import type { Notebook } from './notebook.ts'

const as =
  (format: ExportFormat) =>
  ({ path }: Notebook): void =>
    saveUrl(exportUrl(path.get(), format))

export const EXPORT_COMMANDS = [
  { id: 'exportHtml', label: 'command.exportHtml', run: as('html') },
  { id: 'exportSlides', label: 'command.exportSlides', run: as('slides') },
  { id: 'exportMarkdown', label: 'command.exportMarkdown', run: as('markdown') },
  { id: 'exportScript', label: 'command.exportScript', run: as('script') },
  { id: 'exportPercent', label: 'command.exportPercent', run: as('py') },
  { id: 'print', label: 'command.print', run: () => globalThis.print() },
] as const satisfies readonly Command[]
