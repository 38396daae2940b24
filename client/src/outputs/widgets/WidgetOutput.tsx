/**
 * A widget: drawn in a frame while the kernel has its model, else the other forms of the output (`children`). A widget
 * whose kernel ends stays as it was.
 */
import { type ReactNode, useContext, useEffect, useState } from 'react'
import { NotebookContext } from '../../access/context.ts'
import type { ModelState } from '../../frames/bridge.ts'
import { t } from '../../text/text.ts'
import { modelIn } from './model-id.ts'

export function WidgetOutput(props: {
  /** The value of the view form. */
  readonly value: unknown
  readonly frame: ReactNode
  readonly children: ReactNode
}) {
  const model = modelIn(props.value)
  const state = useModelState(model)
  const mayRun = useContext(NotebookContext)?.opened.mayRun ?? true
  if (state === 'live' && mayRun) return props.frame
  if (state === 'live')
    return (
      <>
        <div inert>{props.frame}</div>
        <p className="output-note">{t('outputs.widgetRole')}</p>
      </>
    )
  if (state === 'asking') return null
  return (
    <>
      {props.children}
      <p className="output-note">{t(state === 'gone' ? 'outputs.widgetGone' : 'outputs.widgetWaits')}</p>
    </>
  )
}

/** Asked once; again at each change of the session until the kernel has answered. */
function useModelState(model: string | null): ModelState | 'asking' {
  const bridge = useContext(NotebookContext)?.widgets
  const [state, setState] = useState<ModelState | 'asking'>('asking')
  useEffect(() => {
    if (bridge === undefined || model === null) return setState('gone')
    let last: ModelState | 'asking' = 'asking'
    let isOver = false
    const ask = async (): Promise<void> => {
      last = await bridge.stateOf(model)
      if (!isOver) setState(last)
    }
    const stop = bridge.onChange(() => last === 'unknown' && void ask())
    void ask()
    return () => {
      isOver = true
      stop()
    }
  }, [bridge, model])
  return state
}
