/** pure. A notebook in another form, as a file to be kept. To add a form: docs/extending/exporter.md. */
import type { ExportFormat } from '../../contract/http.ts'
import type { NotebookForm } from '../document/cell-form.ts'
import { languageOf } from '../document/language.ts'
import { notebookJson } from '../document/notebook-json.ts'
import { htmlPage } from './html-page.ts'
import { markdownText } from './markdown.ts'
import { percentScript } from './percent.ts'
import { plainScript } from './script.ts'
import { slidesPage } from './slides.ts'

export interface ExportedFile {
  readonly name: string
  readonly contentType: string
  readonly body: string
}

interface FileForm {
  readonly contentType: string
  /** With its dot. */
  readonly extension: (form: NotebookForm) => string
  /** `name` is the notebook's without its ending. */
  readonly body: (form: NotebookForm, name: string) => string
}

const script = {
  contentType: 'text/plain; charset=utf-8',
  extension: (form: NotebookForm) => languageOf(form).extension,
}

const FORMS: Readonly<Record<ExportFormat, FileForm>> = {
  py: { ...script, body: percentScript },
  script: { ...script, body: plainScript },
  html: {
    contentType: 'text/html; charset=utf-8',
    extension: () => '.html',
    body: (form, name) => htmlPage(name, form),
  },
  slides: {
    contentType: 'text/html; charset=utf-8',
    extension: () => '.slides.html',
    body: (form, name) => slidesPage(name, form),
  },
  markdown: { contentType: 'text/markdown; charset=utf-8', extension: () => '.md', body: markdownText },
  ipynb: { contentType: 'application/x-ipynb+json', extension: () => '.ipynb', body: notebookJson },
}

/** `name` is the notebook's without its ending; the outputs of `form` must be in full. */
export function exportNotebook(format: ExportFormat, name: string, form: NotebookForm): ExportedFile {
  const { contentType, extension, body } = FORMS[format]
  return { name: name + extension(form), contentType, body: body(form, name) }
}
