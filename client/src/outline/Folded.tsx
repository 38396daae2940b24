/** The row in place of a folded part, and the button that folds a heading's section. Each opens it again. */
import './outline.css'
import { useSyncExternalStore } from 'react'
import { t } from '../text/text.ts'
import { ChevronRight } from '../ui/icons.ts'
import type { Folds, Part } from './folds.ts'

/** A line for a folded source or for folded outputs. */
export function FoldedPart(props: {
  readonly part: Part
  /** What it begins with, so that one knows what is folded. */
  readonly hint: string
  readonly onOpen: () => void
}) {
  return (
    <button type="button" className="folded-part" aria-expanded="false" onClick={props.onOpen}>
      <ChevronRight size={14} aria-hidden="true" />
      <span>{t(`outline.${props.part}Folded`)}</span>
      {props.hint !== '' && <code>{props.hint}</code>}
    </button>
  )
}

/** Folds the section below a heading; shows how many cells it hides. Nothing where the cell heads no section. */
export function SectionFold({ folds, cell }: { readonly folds: Folds; readonly cell: string }) {
  const heading = useSyncExternalStore(folds.outline.subscribe, () =>
    folds.outline.get().headings.find(({ id }) => id === cell),
  )
  if (heading === undefined || heading.section.length === 0) return null
  const { folded, section, text } = heading
  return (
    <div className="section-fold" data-folded={folded}>
      <button
        type="button"
        className="icon-button"
        aria-expanded={!folded}
        aria-label={t(folded ? 'outline.open' : 'outline.fold', { text })}
        title={t(folded ? 'outline.open' : 'outline.fold', { text })}
        onClick={() => folds.foldHeading(cell, !folded)}
      >
        <ChevronRight size={16} aria-hidden="true" />
      </button>
      {folded && <span className="section-count">{t('outline.hidden', { count: section.length })}</span>}
    </div>
  )
}
