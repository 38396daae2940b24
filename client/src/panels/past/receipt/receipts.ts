/** Receipts, asked for once: they never change. At most `KEPT` are remembered. */
import type { Receipt } from '@yesterday/server/contract/run.ts'
import { useEffect, useState } from 'react'
import { type Answer, api } from '../../../api/api.ts'

const KEPT = 300
const asked = new Map<string, Promise<Answer<Receipt>>>()

/** A run's receipt. A failure is not remembered. */
export function receiptOf(run: string): Promise<Answer<Receipt>> {
  const known = asked.get(run)
  if (known !== undefined) return known
  const answer = api.receipt(run)
  asked.set(run, answer)
  void answer.then(({ ok }) => ok || asked.delete(run))
  const [oldest] = asked.keys()
  if (asked.size > KEPT && oldest !== undefined) asked.delete(oldest)
  return answer
}

/** Null while it comes, and where there is none. */
export function useReceipt(run: string | null): Receipt | null {
  const [receipt, setReceipt] = useState<Receipt | null>(null)
  useEffect(() => {
    let isGone = false
    if (run === null) return setReceipt(null)
    void receiptOf(run).then((answer) => isGone || setReceipt(answer.ok ? answer.value : null))
    return () => {
      isGone = true
    }
  }, [run])
  return receipt?.run === run ? receipt : null
}
