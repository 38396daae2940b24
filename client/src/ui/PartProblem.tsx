/** Replaces a part of the page that failed, or whose code could not be fetched. */
import { t } from '../text/text.ts'
import { ProblemBox } from './Problem.tsx'

/** `isMissing`: its code could not be fetched. */
export function PartProblem(props: { readonly isMissing: boolean; readonly onRetry: () => void }) {
  const [message, hint] = props.isMissing
    ? (['problem.notLoaded', 'problem.notLoadedHint'] as const)
    : (['problem.broken', 'problem.brokenHint'] as const)
  return (
    <div className="boundary">
      <ProblemBox problem={{ message: t(message), hint: t(hint) }} onRetry={props.onRetry} />
    </div>
  )
}
