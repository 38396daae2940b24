/**
 * Markdown to HTML: CommonMark with tables, task lists, formulas and attachments. Invariant: raw HTML of the source
 * is escaped, and links and pictures keep to the schemes that markdown-it allows.
 */
import MarkdownIt from 'markdown-it'
import { t } from '../text/text.ts'
import { type Attachments, attachmentUrl, decoded, noAttachments } from './attachments.ts'

const markdown = new MarkdownIt({ html: false, linkify: true })

// markdown-it hands its environment through untyped; a WeakMap keeps ours typed.
const attached = new WeakMap<object, Attachments>()
const env = (of: unknown): Attachments =>
  (typeof of === 'object' && of !== null ? attached.get(of) : undefined) ?? noAttachments

const allowed = markdown.validateLink.bind(markdown)
markdown.validateLink = (url) => url.startsWith(ATTACHMENT) || allowed(url)

markdown.inline.ruler.before('escape', 'math', (state, silent) => {
  const found = /^\$\$([\s\S]+?)\$\$|^\$(?![\s$])((?:\\.|[^$\\\n])+?)(?<!\s)\$(?!\d)/.exec(
    state.src.slice(state.pos),
  )
  if (found === null) return false
  if (!silent) {
    const token = state.push('math', '', 0)
    token.content = found[1] ?? found[2] ?? ''
    token.info = found[1] === undefined ? 'inline' : 'block'
  }
  state.pos += found[0].length
  return true
})

markdown.renderer.rules.math = (tokens, index) => {
  const token = tokens[index]
  if (token === undefined) return ''
  return `<span class="math-${token.info}" data-math="${token.info}">${markdown.utils.escapeHtml(token.content)}</span>`
}

markdown.core.ruler.push('links', (state) => {
  for (const token of state.tokens.flatMap((block) => block.children ?? [])) {
    if (token.type !== 'link_open' || String(token.attrGet('href')).startsWith('#')) continue
    token.attrSet('target', '_blank')
    token.attrSet('rel', 'noopener noreferrer')
  }
})

markdown.core.ruler.push('headings', (state) => {
  state.tokens.forEach((token, index) => {
    if (token.type === 'heading_open') token.attrSet('id', slug(state.tokens[index + 1]?.content ?? ''))
  })
})

markdown.core.ruler.push('attachments', (state) => {
  const attachments = env(state.env)
  for (const token of state.tokens.flatMap((block) => block.children ?? [])) {
    const source = token.type === 'image' ? String(token.attrGet('src')) : ''
    if (!source.startsWith(ATTACHMENT)) continue
    const url = attachmentUrl(attachments, source.slice(ATTACHMENT.length))
    if (url !== null) token.attrSet('src', url)
    else {
      token.type = 'attachment_missing'
      token.content = decoded(source.slice(ATTACHMENT.length))
    }
  }
})

const ATTACHMENT = 'attachment:'

markdown.renderer.rules.attachment_missing = (tokens, index) => {
  const name = tokens[index]?.content ?? ''
  return `<span class="attachment-missing">${markdown.utils.escapeHtml(t('markdown.attachmentMissing', { name }))}</span>`
}

/** The name by which a heading is linked. */
export const slug = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '')

/** The HTML of a source. */
export function renderMarkdown(source: string, attachments: Attachments): string {
  const environment = {}
  attached.set(environment, attachments)
  return markdown.render(source, environment).replace(TASK, taskItem)
}

const TASK = /<li>(\s*(?:<p>)?)\[([ xX])\] /g
const taskItem = (_: string, before: string, mark: string): string =>
  `<li class="task">${before}<input type="checkbox" disabled aria-label="${t(mark === ' ' ? 'markdown.open' : 'markdown.done')}"${mark === ' ' ? '' : ' checked'} /> `
