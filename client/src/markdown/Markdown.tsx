/** Markdown as a person reads it. Raw HTML is shown as text; formulas and pictures come from the source alone. */
import './markdown.css'
import { useEffect, useMemo, useRef } from 'react'
import { type Attachments, noAttachments } from './attachments.ts'
import { makeScrollersFocusable } from './focusable-scrollers.ts'
import { renderMarkdown } from './render.ts'

/** The rendered source. KaTeX is fetched the first time there is a formula. */
export function Markdown(props: { readonly source: string; readonly attachments?: Attachments | undefined }) {
  const { source, attachments } = props
  const root = useRef<HTMLDivElement>(null)
  const html = useMemo(() => renderMarkdown(source, attachments ?? noAttachments), [source, attachments])
  useEffect(() => {
    if (root.current !== null && html.includes('data-math')) void drawMath(root.current)
  }, [html])
  // biome-ignore lint/correctness/useExhaustiveDependencies: other HTML has other parts
  useEffect(() => (root.current === null ? undefined : makeScrollersFocusable(root.current)), [html])
  // biome-ignore lint/security/noDangerouslySetInnerHtml: markdown-it with html off escapes everything of the source
  return <div ref={root} className="markdown" dangerouslySetInnerHTML={{ __html: html }} />
}

async function drawMath(root: HTMLElement): Promise<void> {
  const katex = await loadKatex()
  if (katex === null) return
  for (const element of root.querySelectorAll<HTMLElement>('[data-math]')) drawFormula(katex, element)
}

type Katex = typeof import('katex').default

/** Null when its chunk cannot be loaded: the formulas then stay as they are written. */
async function loadKatex(): Promise<Katex | null> {
  try {
    const [{ default: katex }] = await Promise.all([import('katex'), import('katex/dist/katex.min.css')])
    return katex
  } catch (error) {
    console.error(error)
    return null
  }
}

/** Draws one formula. A formula that KaTeX fails on (it throws for more than syntax errors) stays as it is written. */
function drawFormula(katex: Katex, element: HTMLElement): void {
  const source = element.textContent ?? ''
  const displayMode = element.dataset.math === 'block'
  try {
    katex.render(source, element, { displayMode, throwOnError: false, trust: false })
  } catch {
    element.textContent = source
  }
  element.removeAttribute('data-math')
}
