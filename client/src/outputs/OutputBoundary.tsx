/** Contains the failure of one output: it says what is wrong and offers its data; the cell and its other outputs stay. */
import type { ReactNode } from 'react'
import { t } from '../text/text.ts'
import { Boundary } from '../ui/Boundary.tsx'
import { OutputMenu } from './OutputMenu.tsx'
import type { OutputJson } from './output.ts'

export function OutputBoundary(props: { readonly output: OutputJson; readonly children: ReactNode }) {
  const { output, children } = props
  return (
    <Boundary
      healOn={output}
      fallback={({ reason }) => (
        <div className="output">
          <p className="output-note" role="alert">
            {t('outputs.broken', { reason })}
          </p>
          <OutputMenu text={dataOf(output)} name="output.json" mime="application/json" />
        </div>
      )}
    >
      {children}
    </Boundary>
  )
}

function dataOf(output: OutputJson): string {
  try {
    return JSON.stringify(output, null, 2)
  } catch (error) {
    return String(error)
  }
}
