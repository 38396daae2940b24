/** The files at the left: what can be made, the tree, and the place to drop uploads on. */
import { type DragEvent, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { useMay } from '../api/use-may.ts'
import { t } from '../text/text.ts'
import { Dialog } from '../ui/Dialog.tsx'
import { IconButton } from '../ui/IconButton.tsx'
import { FilePlus2, FolderPlus, RotateCw, Trash2, Upload } from '../ui/icons.ts'
import { makeFolder, makeNotebook, upload } from './actions.ts'
import { FileTree } from './FileTree.tsx'
import { files } from './files-store.ts'
import { TrashDialog } from './TrashDialog.tsx'
import { parentOf } from './tree.ts'

/** `selected` is the path of the open file; `onPicked` follows each choice of a file. */
export function FilePanel(props: {
  readonly selected: string | null
  readonly shown: boolean
  readonly onPicked: () => void
}) {
  const tree = useSyncExternalStore(files.subscribe, files.snapshot)
  const [renaming, setRenaming] = useState<string | null>(null)
  const [dropFolder, setDropFolder] = useState<string | null>(null)
  const uploads = useUploads()
  const mayChange = useMay('editor')
  const { selected } = props

  useEffect(() => {
    void files.load('')
    const back = (): void => void files.refresh()
    window.addEventListener('focus', back)
    return () => window.removeEventListener('focus', back)
  }, [])
  useEffect(() => {
    if (selected !== null) void files.reveal(selected)
  }, [selected])

  const here = selected === null ? '' : parentOf(selected)
  return (
    <nav
      id="files"
      className="files"
      aria-label={t('files.label')}
      inert={!props.shown}
      data-dropping={dropFolder !== null}
      onDragOver={(event) => {
        const folder = folderUnder(event)
        if (mayChange) setDropFolder(folder)
      }}
      onDragLeave={(event) => {
        if (event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget)) return
        setDropFolder(null)
      }}
      onDrop={(event) => {
        const folder = folderUnder(event)
        setDropFolder(null)
        if (folder !== null && mayChange) void uploads.start(folder, [...event.dataTransfer.files])
      }}
    >
      <Tools
        mayChange={mayChange}
        folder={here}
        onFolderMade={setRenaming}
        onUpload={(chosen) => void uploads.start(here, chosen)}
      />
      <FileTree
        tree={tree}
        selected={selected}
        renaming={renaming}
        onRenaming={setRenaming}
        onPicked={props.onPicked}
      />
      {dropFolder !== null && (
        <p className="files-drop">
          {t('files.dropHere', { folder: dropFolder === '' ? t('files.projectFolder') : dropFolder })}
        </p>
      )}
      {uploads.question}
    </nav>
  )
}

function Tools(props: {
  readonly mayChange: boolean
  readonly folder: string
  readonly onFolderMade: (path: string) => void
  readonly onUpload: (chosen: readonly File[]) => void
}) {
  const picker = useRef<HTMLInputElement>(null)
  const [isTrashOpen, setTrashOpen] = useState(false)
  const newFolder = async (): Promise<void> => {
    const path = await makeFolder(props.folder)
    if (path !== null) props.onFolderMade(path)
  }
  return (
    <div className="files-tools">
      {props.mayChange && (
        <button type="button" className="button button-small" onClick={() => void makeNotebook(props.folder)}>
          <FilePlus2 size={16} aria-hidden="true" />
          {t('files.newNotebook')}
        </button>
      )}
      <span className="files-tools-end">
        {props.mayChange && (
          <>
            <IconButton label={t('files.newFolder')} onClick={() => void newFolder()}>
              <FolderPlus size={16} />
            </IconButton>
            <IconButton label={t('files.upload')} onClick={() => picker.current?.click()}>
              <Upload size={16} />
            </IconButton>
            <IconButton label={t('trash.open')} onClick={() => setTrashOpen(true)}>
              <Trash2 size={16} />
            </IconButton>
          </>
        )}
        <IconButton label={t('files.refresh')} onClick={() => void files.refresh()}>
          <RotateCw size={16} />
        </IconButton>
      </span>
      {isTrashOpen && <TrashDialog onClose={() => setTrashOpen(false)} />}
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        aria-label={t('files.upload')}
        onChange={(event) => {
          props.onUpload([...(event.target.files ?? [])])
          event.target.value = ''
        }}
      />
    </div>
  )
}

/** Uploads, and the question that follows when a name is taken. */
function useUploads() {
  const [taken, setTaken] = useState<{ readonly folder: string; readonly files: readonly File[] } | null>(
    null,
  )
  const start = async (folder: string, chosen: readonly File[]): Promise<void> => {
    const left = await upload(folder, chosen)
    if (left.length > 0) setTaken({ folder, files: left })
  }
  const question = taken !== null && (
    <Dialog
      title={t('files.exists', { name: taken.files.map((file) => file.name).join(', ') })}
      action={t('files.replace')}
      danger
      onClose={() => setTaken(null)}
      onAction={() => {
        void upload(taken.folder, taken.files, true)
        setTaken(null)
      }}
    >
      <p>{t('files.replaceHint')}</p>
    </Dialog>
  )
  return { start, question }
}

/** The folder that a drag of files is over; null when no files are dragged. Else the browser would open them in place of the page. */
function folderUnder(event: DragEvent): string | null {
  if (!event.dataTransfer.types.includes('Files')) return null
  event.preventDefault()
  const row = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-folder]') : null
  return row?.dataset.folder ?? ''
}
