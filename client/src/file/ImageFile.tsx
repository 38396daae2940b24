/** An image of the project: whole, with its size in pixels. An SVG is drawn as an image, which runs no script. */
import type { FileEntry } from '@yesterday/server/contract/http.ts'
import { useEffect, useState } from 'react'
import { locale } from '../text/locale.ts'
import { t } from '../text/text.ts'
import { ProblemBox } from '../ui/Problem.tsx'
import { sizeText } from '../ui/time.ts'
import { imageType } from './file-kind.ts'
import { DownloadLink, OtherFile } from './OtherFile.tsx'
import { useFile } from './use-file.ts'

export function ImageFile({ entry }: { readonly entry: FileEntry }) {
  const { answer, again } = useFile(entry.path)
  const url = useObjectUrl(answer?.ok ? answer.value.bytes : null, imageType(entry.path))
  const [pixels, setPixels] = useState('')
  const [isBroken, setBroken] = useState(false)
  if (answer?.ok === false)
    return (
      <div className="boundary">
        <ProblemBox problem={answer.problem} onRetry={again} />
      </div>
    )
  if (isBroken) return <OtherFile entry={entry} why={t('file.brokenImage')} />
  return (
    <section className="file" aria-label={entry.name}>
      <div className="file-head">
        <h1>{entry.name}</h1>
        <span className="file-state">
          {pixels} {sizeText(entry.size, locale)}
        </span>
        <DownloadLink entry={entry} />
      </div>
      {url !== null && (
        <div className="file-image">
          <img
            src={url}
            alt={entry.name}
            onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
              setPixels(`${naturalWidth} × ${naturalHeight} ·`)
            }
            onError={() => setBroken(true)}
          />
        </div>
      )}
    </section>
  )
}

function useObjectUrl(bytes: Blob | null, type: string): string | null {
  const [url, setUrl] = useState<string | null>(null)
  useEffect(() => {
    if (bytes === null) return
    const made = URL.createObjectURL(new Blob([bytes], { type }))
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [bytes, type])
  return url
}
