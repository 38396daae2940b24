/** `/runs/ID`: leads to the receipt of a run in its notebook, wherever that is by now. */
import { useCallback, useEffect, useState } from 'react'
import { api, type Problem } from '../api/api.ts'
import { redirect } from '../navigation/route.ts'
import { t } from '../text/text.ts'
import { ProblemBox } from '../ui/Problem.tsx'

export function RunPage({ run }: { readonly run: string }) {
  const [problem, setProblem] = useState<Problem | null>(null)
  const find = useCallback(async (): Promise<void> => {
    setProblem(null)
    const answer = await api.runPlace(run)
    if (!answer.ok) return setProblem(answer.problem)
    const { path, document } = answer.value
    const id = document === null ? '' : `?id=${encodeURIComponent(document)}`
    redirect({ at: 'file', path }, `${id}#run=${answer.value.run}`)
  }, [run])
  useEffect(() => void find(), [find])
  return (
    <div className="boundary" role="status">
      {problem === null ? t('app.loading') : <ProblemBox problem={problem} onRetry={() => void find()} />}
    </div>
  )
}
