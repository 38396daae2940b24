/** Two runs beside each other: first in a sentence what differs, then the code, what they used, made and showed. */
import './compare.css'
import { type Compared, HOST, isDifferent } from '@yesterday/server/contract/compare.ts'
import { comparisonSentence } from '@yesterday/server/contract/compare-words.ts'
import { hostNameText } from '@yesterday/server/contract/receipt-words.ts'
import type { OutputEntry, Receipt } from '@yesterday/server/contract/run.ts'
import { type ReactNode, useCallback, useMemo, useState } from 'react'
import { useNotebook } from '../../../access/context.ts'
import { api, objectUrl } from '../../../api/api.ts'
import { withoutAnsi } from '../../../outputs/ansi.ts'
import { say, t } from '../../../text/text.ts'
import { OutcomeMark } from '../../../ui/OutcomeMark.tsx'
import { ProblemBox } from '../../../ui/Problem.tsx'
import { Ran } from '../../../ui/Time.tsx'
import { wordsOf } from '../receipt/output-forms.ts'
import { StoredOutput, useObjectText } from '../receipt/StoredOutput.tsx'
import { useAsked } from '../useAsked.ts'
import { compareRuns, countsOf, type OutputPair } from './compare.ts'
import { PictureDiff } from './PictureDiff.tsx'
import { TextDiff } from './TextDiff.tsx'

/** `left` is the older run. */
export function Compare({ left, right }: { readonly left: string; readonly right: string }) {
  const before = useAsked(useCallback((signal) => api.receipt(left, signal), [left]))
  const after = useAsked(useCallback((signal) => api.receipt(right, signal), [right]))
  if (before.answer === null || after.answer === null)
    return <p className="history-note">{t('app.loading')}</p>
  const failed = [before, after].find(({ answer }) => answer !== null && !answer.ok)
  if (!before.answer.ok || !after.answer.ok) {
    const problem = failed?.answer?.ok === false ? failed.answer.problem : null
    return (
      <div className="history-note">
        {problem !== null && (
          <ProblemBox title={t('compare.failed')} problem={problem} onRetry={() => failed?.again()} />
        )}
      </div>
    )
  }
  return <Sides left={before.answer.value} right={after.answer.value} />
}

function Sides({ left, right }: { readonly left: Receipt; readonly right: Receipt }) {
  const compared = useMemo(() => compareRuns(left, right), [left, right])
  return (
    <article className="compare" aria-label={t('compare.title')}>
      <div className="compare-sides">
        <Side receipt={left} title={t('compare.before')} />
        <Side receipt={right} title={t('compare.after')} />
      </div>
      <p className="receipt-lead">{comparisonSentence(countsOf(compared), say)}</p>
      <Part title={t('receipt.code')}>
        {compared.isSameCode ? (
          <p className="past-none">{t('compare.sameCode')}</p>
        ) : (
          <TextDiff left={left.source} right={right.source} language="python" label={t('receipt.code')} />
        )}
      </Part>
      <Lines title={t('receipt.used')} lines={compared.inputs} />
      <Part title={t('receipt.outputs')}>
        {compared.outputs.length === 0 && <p className="past-none">{t('receipt.outputsNone')}</p>}
        {compared.outputs.map((pair, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: outputs are known by their place
          <OutputDiff key={index} pair={pair} />
        ))}
      </Part>
      <Lines title={t('compare.figures')} lines={[...compared.parameters, ...compared.metrics]} />
      <Lines title={t('receipt.generated')} lines={compared.generated} />
      <Lines
        title={t('receipt.environment')}
        lines={[...compared.packages, ...compared.environment.map(hostLine)]}
      />
      <Lines title={t('compare.random')} lines={compared.random} />
    </article>
  )
}

/** The line of the kernels' places, in the reader's language; others as they are. */
const hostLine = (one: Compared): Compared =>
  one.name === HOST
    ? { ...one, name: t('host.title'), a: hostNameText(one.a, say), b: hostNameText(one.b, say) }
    : one

function Side({ receipt, title }: { readonly receipt: Receipt; readonly title: string }) {
  const { past } = useNotebook()
  return (
    <div>
      <strong>{title}</strong>
      <OutcomeMark outcome={receipt.outcome} />
      <button
        type="button"
        className="receipt-link"
        onClick={() => past.go({ at: 'receipt', run: receipt.run })}
      >
        {receipt.cell === null
          ? t('graph.runElsewhere', { order: receipt.order })
          : t('graph.run', { order: receipt.order, cell: receipt.cell })}
      </button>
      <small>
        <Ran run={receipt} />
      </small>
    </div>
  )
}

function Part(props: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section>
      <h3>{props.title}</h3>
      {props.children}
    </section>
  )
}

/** Digests of states by their beginning, which distinguishes them. */
const short = (text: string | null): string =>
  text === null ? '—' : text.replaceAll(/\b(\w+:[0-9a-f]{12})[0-9a-f]{20,}/g, '$1…')

/** What differs as a table; what is the same is counted, and shown when asked for. */
function Lines({ title, lines }: { readonly title: string; readonly lines: readonly Compared[] }) {
  const [all, setAll] = useState(false)
  if (lines.length === 0) return null
  const others = lines.filter(isDifferent)
  const shown = all ? lines : others
  return (
    <Part title={title}>
      {shown.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        <section className="run-table" tabIndex={0} aria-label={title}>
          <table>
            <thead>
              <tr>
                <th>{t('compare.name')}</th>
                <th>{t('compare.before')}</th>
                <th>{t('compare.after')}</th>
                <th>{t('compare.state')}</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((line) => (
                <tr key={line.name} data-state={line.state}>
                  <td>
                    <code>{line.name}</code>
                  </td>
                  <td>{short(line.a)}</td>
                  <td>{short(line.b)}</td>
                  <td className={`compare-${line.state}`}>{t(`compare.${line.state}State`)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      {!all && others.length < lines.length && (
        <button type="button" className="receipt-link compare-rest" onClick={() => setAll(true)}>
          {t('compare.sameCount', { count: lines.length - others.length })}
        </button>
      )}
    </Part>
  )
}

function OutputDiff({ pair }: { readonly pair: OutputPair }) {
  const { left, right, state } = pair
  const only = left ?? right
  if (only !== null && (state === 'same' || left === null || right === null)) {
    return (
      <div className="compare-output">
        <small className={`compare-${state}`}>{t(`compare.${state}State`)}</small>
        <StoredOutput output={only} />
      </div>
    )
  }
  if (left === null || right === null) return null
  if (pair.how === 'picture')
    return (
      <PictureDiff left={objectUrl(left.digest, left.mime)} right={objectUrl(right.digest, right.mime)} />
    )
  if (pair.how === 'text') return <TextOutputDiff left={left} right={right} />
  return (
    <div className="compare-output">
      <StoredOutput output={left} />
      <StoredOutput output={right} />
    </div>
  )
}

function TextOutputDiff({ left, right }: { readonly left: OutputEntry; readonly right: OutputEntry }) {
  const [before, after] = [useObjectText(left.digest), useObjectText(right.digest)]
  if (before === null || after === null) return <p className="past-none">{t('app.loading')}</p>
  if (before === undefined || after === undefined) return <p className="past-none">{t('stored.gone')}</p>
  const words = (output: OutputEntry, body: string): string => withoutAnsi(wordsOf(output.mime, body))
  return (
    <TextDiff
      left={words(left, before)}
      right={words(right, after)}
      language="plaintext"
      label={t('receipt.outputs')}
    />
  )
}
