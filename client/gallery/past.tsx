/** A view of the past inside its panel, as a notebook shows it. */

import type { PastView } from '../src/access/place.ts'
import { PanelPlace } from '../src/panels/PanelPlace.tsx'
import type { State } from './fixture.ts'
import { sampleCells, sampleRuns } from './sample.ts'

export function past(view: PastView, more: Partial<State> = {}): State {
  return {
    draw: ({ notebook }) => {
      if (!notebook.past.state.get().open) notebook.past.go(view)
      return (
        <div className="notebook" data-panel="true">
          <div className="notebook-cells" />
          <PanelPlace open={notebook.panels} />
        </div>
      )
    },
    notebook: { cells: sampleCells, active: 'fit' },
    ...more,
    answers: { '/api/log': sampleRuns, ...more.answers },
  }
}
