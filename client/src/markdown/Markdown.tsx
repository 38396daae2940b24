/** Markdown as a person reads it. Raw HTML is shown as text; formulas and pictures come from the source alone. */
import './markdown.css'
import { useEffect, useMemo, useRef } from 'react'
import { renderMarkdown } from './render.ts'

/** Attachments of a cell: name → MIME type → base64. */
export type Attachments = Readonly<Record<string, Readonly<Record<string, string>>>>

/** The rendered source. KaTeX is fetched the first time there is a formula. */
export function Markdown(props: { readonly source: string; readonly attachments?: Attachments | undefined }) {
  const { source, attachments } = props
  const root = useRef<HTMLDivElement>(null)
  const html = useMemo(() => renderMarkdown(source, attachments ?? {}), [source, attachments])
  useEffect(() => {
    if (root.current !== null && html.includes('data-math')) void drawMath(root.current)
  }, [html])
  // biome-ignore lint/security/noDangerouslySetInnerHtml: markdown-it with html off escapes everything of the source
  return <div ref={root} className="markdown" dangerouslySetInnerHTML={{ __html: html }} />
}

async function drawMath(root: HTMLElement): Promise<void> {
  const [{ default: katex }] = await Promise.all([import('katex'), import('katex/dist/katex.min.css')])
  for (const element of root.querySelectorAll<HTMLElement>('[data-math]')) {
    const displayMode = element.dataset.math === 'block'
    katex.render(element.textContent ?? '', element, { displayMode, throwOnError: false, trust: false })
    element.removeAttribute('data-math')
  }
}
