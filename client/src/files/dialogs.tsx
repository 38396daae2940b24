/** The questions asked before a file is deleted or moved. */
import { visibleName } from '@yesterday/server/contract/file-names.ts'
import type { FileEntry } from '@yesterday/server/contract/http.ts'
import { useState } from 'react'
import { t } from '../text/text.ts'
import { Dialog } from '../ui/Dialog.tsx'
import { move, trash } from './actions.ts'
import { inFolder, nameOf, parentOf } from './tree.ts'

interface AboutFile {
  readonly entry: FileEntry
  readonly onClose: () => void
}

/** Deletes to the trash, once agreed. */
export function DeleteDialog({ entry, onClose }: AboutFile) {
  return (
    <Dialog
      title={t('files.deleteTitle', { name: visibleName(entry.name) })}
      action={t('files.delete')}
      danger
      onClose={onClose}
      onAction={() => {
        void trash(entry.path)
        onClose()
      }}
    >
      <p>{t(entry.type === 'folder' ? 'files.deleteFolderHint' : 'files.deleteHint')}</p>
    </Dialog>
  )
}

/** Asks for the folder to move to. Stays open when the server refuses. */
export function MoveDialog({ entry, onClose }: AboutFile) {
  const [folder, setFolder] = useState(parentOf(entry.path))
  const submit = async (): Promise<void> => {
    const target = folder.replace(/^\/+|\/+$/g, '')
    if (target === parentOf(entry.path) || (await move(entry.path, inFolder(target, nameOf(entry.path)))))
      onClose()
  }
  return (
    <Dialog
      title={t('files.moveLabel', { name: visibleName(entry.name) })}
      action={t('files.moveDo')}
      onClose={onClose}
      onAction={() => void submit()}
    >
      <input
        className="field"
        aria-label={t('files.moveLabel', { name: visibleName(entry.name) })}
        value={folder}
        spellCheck={false}
        onChange={(event) => setFolder(event.target.value)}
      />
      <p>{t('files.moveHint')}</p>
    </Dialog>
  )
}
