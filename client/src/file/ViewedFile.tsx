/** A file in its viewer, below a head with its name; what the viewer cannot read is offered as a download. */
import type { FileEntry } from '@yesterday/server/contract/http.ts'
import { type ReactNode, useState } from 'react'
import { locale } from '../text/locale.ts'
import { t } from '../text/text.ts'
import { ProblemBox } from '../ui/Problem.tsx'
import { sizeText } from '../ui/time.ts'
import { DownloadLink, OtherFile } from './OtherFile.tsx'
import { useFile } from './use-file.ts'
import type { Viewer } from './viewer.ts'

/** `tools`: buttons of the head. */
export function ViewedFile(props: {
  readonly entry: FileEntry
  readonly viewer: Viewer
  readonly tools: ReactNode
}) {
  const { entry, viewer } = props
  const { answer, again } = useFile(entry.path)
  const [why, setWhy] = useState<string | null>(null)
  if (answer?.ok === false)
    return (
      <div className="boundary">
        <ProblemBox problem={answer.problem} onRetry={again} />
      </div>
    )
  if (why !== null && !viewer.isText) return <OtherFile entry={entry} why={why} />
  return (
    <section className="file" aria-label={entry.name}>
      <div className="file-head">
        <h1>{entry.name}</h1>
        <span className="file-state">{sizeText(entry.size, locale)}</span>
        {props.tools}
        <DownloadLink entry={entry} />
      </div>
      {why !== null && (
        <p className="file-problem" role="alert">
          {why}
        </p>
      )}
      {why === null && answer === null && <p className="notebook-wait">{t('app.loading')}</p>}
      {why === null && answer !== null && (
        <viewer.Content entry={entry} bytes={answer.value.bytes} onUnreadable={setWhy} />
      )}
    </section>
  )
}
