/**
 * KaTeX and the markdown parser come in a chunk of their own, asked for as soon as a notebook is. Invariant: cells are
 * drawn when it is there, or cannot be had: text that changes its height later moves what a person is about to press.
 */
import type { Markdown } from './Markdown.tsx'

let loaded: typeof Markdown | null = null
const loading = import('./Markdown.tsx').then((module) => {
  loaded = module.Markdown
})

/** Settles when markdown can be drawn, or never will be. Never rejects. */
export const markdownSettled: Promise<void> = loading.catch(() => undefined)

/** Null where it is not there. */
export const markdownNow = (): typeof Markdown | null => loaded
