/** pure. A notebook in another form, as a file to be kept. */
import type { ExportFormat } from '../../contract/http.ts'
import type { NotebookForm } from '../document/cell-form.ts'
import { languageOf } from '../document/language.ts'
import { notebookJson } from '../document/notebook-json.ts'
import { htmlPage } from './html-page.ts'
import { percentScript } from './percent.ts'
import { plainScript } from './script.ts'

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
