/** A folder, or a file that is no notebook: in its viewer, as text in an editor, as an image, or else as a download. */
import './file.css'
import type { FileEntry } from '@yesterday/server/contract/http.ts'
import { useEffect, useState } from 'react'
import { files } from '../files/files-store.ts'
import { nameOf, parentOf } from '../files/tree.ts'
import { t } from '../text/text.ts'
import { ProblemBox } from '../ui/Problem.tsx'
import { FolderPage, useFolder } from './FolderPage.tsx'
import { kindOf, TEXT_LIMIT } from './file-kind.ts'
import { ImageFile } from './ImageFile.tsx'
import { OtherFile } from './OtherFile.tsx'
import { TextFile } from './TextFile.tsx'
import { ViewedFile } from './ViewedFile.tsx'
import { viewerOf } from './viewers.ts'

interface Props {
  readonly path: string
  readonly onTitle: (title: string) => void
}

export function FilePage({ path, onTitle }: Props) {
  const folder = useFolder(parentOf(path))
  useEffect(() => onTitle(nameOf(path)), [path, onTitle])
  if (folder === undefined || folder.at === 'loading')
    return <p className="notebook-wait">{t('app.loading')}</p>
  if (folder.at === 'failed')
    return (
      <div className="boundary">
        <ProblemBox problem={folder.problem} onRetry={() => void files.load(parentOf(path))} />
      </div>
    )
  const entry = folder.entries.find((known) => known.path === path)
  if (entry === undefined) return <Missing path={path} />
  if (entry.type === 'folder') return <FolderPage path={path} />
  return <Shown key={path} entry={entry} />
}

function Missing({ path }: { readonly path: string }) {
  const problem = { message: t('file.missing', { path }), hint: t('file.missingHint') }
  return (
    <div className="boundary">
      <ProblemBox problem={problem} onRetry={() => void files.load(parentOf(path))} />
    </div>
  )
}

function Shown({ entry }: { readonly entry: FileEntry }) {
  const viewer = entry.type === 'special' ? null : viewerOf(entry.path, entry.size)
  const [asText, setAsText] = useState(false)
  const canBeText = viewer?.isText === true && entry.size <= TEXT_LIMIT
  const change = canBeText && (
    <button type="button" className="button button-small" onClick={() => setAsText(!asText)}>
      {t(asText ? 'file.asTable' : 'file.asText')}
    </button>
  )
  if (asText) return <TextFile entry={entry} tools={change} />
  if (viewer !== null) return <ViewedFile entry={entry} viewer={viewer} tools={change} />
  return <Plain entry={entry} />
}

function Plain({ entry }: { readonly entry: FileEntry }) {
  const kind = entry.type === 'special' ? 'other' : kindOf(entry.path, entry.size)
  switch (kind) {
    case 'text':
      return <TextFile entry={entry} />
    case 'image':
      return <ImageFile entry={entry} />
    case 'large':
      return <OtherFile entry={entry} why={t('file.large')} />
    case 'other':
      return <OtherFile entry={entry} why={t('files.previewHint')} />
  }
}
