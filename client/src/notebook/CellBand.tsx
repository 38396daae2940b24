/** Cells that the browser draws or skips as one. */
import type { YCell } from '@yesterday/server/contract/document.ts'
import { memo, useMemo } from 'react'
import { useWatched } from '../state/use-watched.ts'
import type { Band } from './bands.ts'
import { CellBoundary } from './CellBoundary.tsx'
import { CellView } from './CellView.tsx'
import { expectedHeight } from './expected-height.ts'
import type { Notebook } from './notebook.ts'

interface Props {
  readonly notebook: Notebook
  readonly band: Band
  readonly cells: ReadonlyMap<string, YCell>
  /** The place of its first cell, from 0. */
  readonly start: number
  /** The cells of the notebook. */
  readonly total: number
}

export const CellBand = memo(function CellBand({ notebook, band, cells, start, total }: Props) {
  const hidden = useWatched(notebook.folds.outline, (outline) =>
    band.cells.every((id) => outline.hidden.has(id)),
  )
  const containIntrinsicSize = useMemo(() => {
    const own = band.cells.flatMap((id) => cells.get(id) ?? [])
    return `auto ${own.reduce((sum, cell) => sum + expectedHeight(cell), 0)}px`
  }, [band, cells])
  return (
    <div className="cell-band" hidden={hidden} style={{ containIntrinsicSize }}>
      {band.cells.map((id, place) => {
        const cell = cells.get(id)
        if (cell === undefined) return null
        const shown = { notebook, cell, id, index: start + place, total }
        return (
          <CellBoundary key={id} {...shown}>
            <CellView {...shown} />
          </CellBoundary>
        )
      })}
    </div>
  )
})
