/** pure. A notebook in another form, as a file to be kept. */
import { z } from 'zod'
import type { NotebookForm } from '../document/cell-form.ts'
import { htmlPage } from './html-page.ts'
import { languageOf } from './language.ts'
import { notebookJson } from './notebook-json.ts'
import { percentScript } from './percent.ts'
import { plainScript } from './script.ts'

/** `py`: cells marked by `# %%`; `script`: code alone; `html`: one page without script; `ipynb`: as it is now. */
export const ExportFormat = z.enum(['py', 'script', 'html', 'ipynb'])
export type ExportFormat = z.infer<typeof ExportFormat>

export interface ExportedFile {
  readonly name: string
  readonly contentType: string
  readonly body: string
}

/** `name` is the notebook's without its ending; the outputs of `form` must be in full. */
export function exportNotebook(format: ExportFormat, name: string, form: NotebookForm): ExportedFile {
  const { extension } = languageOf(form)
  const text = 'text/plain; charset=utf-8'
  switch (format) {
    case 'py':
      return { name: name + extension, contentType: text, body: percentScript(form) }
    case 'script':
      return { name: name + extension, contentType: text, body: plainScript(form) }
    case 'html':
      return { name: `${name}.html`, contentType: 'text/html; charset=utf-8', body: htmlPage(name, form) }
    case 'ipynb':
      return { name: `${name}.ipynb`, contentType: 'application/x-ipynb+json', body: notebookJson(form) }
  }
}
