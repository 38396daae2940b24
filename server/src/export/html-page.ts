/**
 * pure. A notebook as one HTML file that can be sent and kept. Invariant: it holds no script, loads nothing, and says
 * so to the browser; raw HTML of a markdown cell is shown as text.
 */
import MarkdownIt from 'markdown-it'
import { escapeKey } from '../../contract/json.ts'
import { isEmbeddableImage } from '../../contract/mime-rules.ts'
import type { CellForm, NotebookForm } from '../document/cell-form.ts'
import { isJsonObject } from '../document/json-value.ts'
import { escapeHtml } from './html.ts'
import { outputHtml } from './html-output.ts'

const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"

/** Also of public pages. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --quiet: light-dark(#5c6370, #a3aab5); --shade: light-dark(#f5f5f3, #23262b) }
body { max-width: 54rem; margin: 2rem auto; padding: 0 1rem; font: 16px/1.55 system-ui, sans-serif }
pre, code { font: 13.5px/1.5 ui-monospace, Menlo, Consolas, monospace }
pre { margin: .5rem 0; padding: .6rem .9rem; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere }
.source { background: var(--shade); border-radius: 6px }
.count { float: right; color: var(--quiet); font-size: 12px }
.error, .stderr { border-left: 3px solid light-dark(#b3261e, #f2938c) }
img { max-width: 100%; background: white }
iframe { width: 100%; border: 0; background: white; resize: vertical }
table { border-collapse: collapse } td, th { padding: .2rem .6rem; border-bottom: 1px solid var(--shade) }
section { margin: 1.2rem 0 }
`

/** The whole page. */
export const htmlPage = (title: string, form: NotebookForm): string =>
  htmlDocument(title, `<main>\n${form.cells.map(cellHtml).join('\n')}\n</main>`)

/** A page around `body`, in the style of exported pages and more. */
export function htmlDocument(title: string, body: string, style = ''): string {
  return `<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta http-equiv="content-security-policy" content="${POLICY}">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>${PAGE_STYLE}${style}</style>
</head>
<body>
${body}
</body>
</html>
`
}

/** One cell, which holds no script. */
export function cellHtml(cell: CellForm): string {
  if (cell.type === 'markdown') return `<section>${markdownHtml(cell)}</section>`
  const source = `<pre class="source">${escapeHtml(cell.source)}</pre>`
  if (cell.type === 'raw') return `<section>${source}</section>`
  const count = cell.executionCount === null ? '' : `<span class="count">${cell.executionCount}</span>`
  return `<section>${count}${source}${(cell.outputs ?? []).map(outputHtml).join('')}</section>`
}

/** Attached pictures are in the page; the policy blocks those from elsewhere. */
function markdownHtml({ source, attachments }: CellForm): string {
  const markdown = new MarkdownIt({ html: false, linkify: true })
  const allowed = markdown.validateLink.bind(markdown)
  markdown.validateLink = (url) => url.startsWith('attachment:') || allowed(url)
  const { image } = markdown.renderer.rules
  markdown.renderer.rules.image = (tokens, index, ...rest) => {
    const token = tokens[index]
    const src = String(token?.attrGet('src') ?? '')
    if (src.startsWith('attachment:')) token?.attrSet('src', attachmentUrl(attachments, src.slice(11)))
    return image?.(tokens, index, ...rest) ?? ''
  }
  return markdown.render(source)
}

/** The picture of this name within the page; '' where there is none. */
export function attachmentUrl(attachments: CellForm['attachments'], encoded: string): string {
  const name = escapeKey(decodeName(encoded))
  const bundle = attachments !== null && Object.hasOwn(attachments, name) ? attachments[name] : undefined
  const [mime, value] = Object.entries(isJsonObject(bundle) ? bundle : {})[0] ?? []
  const isPicture = mime !== undefined && isEmbeddableImage(mime) && typeof value === 'string'
  return isPicture ? `data:${mime};base64,${value.replace(/[^A-Za-z0-9+/=]/g, '')}` : ''
}

function decodeName(encoded: string): string {
  try {
    return decodeURIComponent(encoded)
  } catch {
    return encoded
  }
}
