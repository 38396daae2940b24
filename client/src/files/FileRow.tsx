/** One line of the file tree: its icon, its name (or the field that renames it), and its menu. */
import { visibleName } from '@yesterday/server/contract/file-names.ts'
import type { FileEntry } from '@yesterday/server/contract/http.ts'
import { type KeyboardEvent, type RefObject, useRef, useState } from 'react'
import { commentedUrl, downloadUrl, exportUrl } from '../api/api.ts'
import { useMayEdit } from '../api/use-may.ts'
import { routeUrl } from '../navigation/route.ts'
import { openBeside } from '../navigation/side.ts'
import { useWatched } from '../state/use-watched.ts'
import { t } from '../text/text.ts'
import { copyText } from '../ui/copy-text.ts'
import {
  ChevronRight,
  Columns2,
  Copy,
  Download,
  Ellipsis,
  FileCode2,
  FileInput,
  FilePlus2,
  Folder,
  FolderInput,
  FolderOpen,
  Link,
  NotebookText,
  Pencil,
  Trash2,
  Unplug,
} from '../ui/icons.ts'
import { Menu, MenuItem } from '../ui/Menu.tsx'
import { saveUrl } from '../ui/save-url.ts'
import { duplicate, makeNotebook, rename } from './actions.ts'
import { DRAGGED_FILE, fileUse } from './file-use.ts'
import { parentOf, type Row } from './tree.ts'

type EntryRow = Extract<Row, { type: 'entry' }>

/** `onRename(true)` begins, `onRename(false)` ends the editing of the name. */
export function FileRow(props: {
  readonly row: EntryRow
  readonly selected: boolean
  readonly tabStop: boolean
  readonly renaming: boolean
  readonly onFocus: () => void
  readonly onActivate: () => void
  readonly onRename: (on: boolean) => void
  readonly onAsk: (ask: 'delete' | 'move') => void
}) {
  const { entry, depth, open } = props.row
  const folder = entry.type === 'folder'
  const mayChange = useMayEdit(entry)
  const line = useRef<HTMLDivElement>(null)
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree handles the keys of all rows
    <div
      ref={line}
      role="treeitem"
      className="tree-row"
      tabIndex={props.tabStop ? 0 : -1}
      aria-level={depth}
      aria-selected={props.selected}
      aria-expanded={folder ? open : undefined}
      aria-label={labelOf(entry)}
      data-path={entry.path}
      data-folder={folder ? entry.path : parentOf(entry.path)}
      data-type={entry.type}
      style={{ '--depth': depth }}
      draggable={!props.renaming && isData(entry)}
      onDragStart={(event) => {
        event.dataTransfer.setData(DRAGGED_FILE, entry.path)
        event.dataTransfer.effectAllowed = 'copy'
      }}
      onFocus={props.onFocus}
      onClick={props.renaming ? undefined : props.onActivate}
      onDoubleClick={props.renaming || folder || !mayChange ? undefined : () => props.onRename(true)}
    >
      <ChevronRight
        size={14}
        className="tree-chevron"
        data-open={open}
        visibility={folder ? 'visible' : 'hidden'}
        aria-hidden="true"
      />
      <TypeIcon entry={entry} open={open} />
      {props.renaming ? (
        <NameField entry={entry} onDone={() => props.onRename(false)} />
      ) : (
        <RowName entry={entry} />
      )}
      {!props.renaming && (
        <RowMenu
          entry={entry}
          area={line}
          onOpen={props.onActivate}
          onRename={props.onRename}
          onAsk={props.onAsk}
        />
      )}
    </div>
  )
}

/** What can be opened is a link, so that the browser can open it in another tab; a plain click is the row's. */
function RowName({ entry }: { readonly entry: FileEntry }) {
  const name = visibleName(entry.name)
  if (entry.type === 'folder' || entry.type === 'special')
    return (
      <span className="tree-name" title={labelOf(entry)}>
        {name}
      </span>
    )
  return (
    <a
      className="tree-name"
      href={routeUrl({ at: 'file', path: entry.path })}
      tabIndex={-1}
      draggable={false}
      title={labelOf(entry)}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) event.stopPropagation()
        else event.preventDefault()
      }}
    >
      {name}
    </a>
  )
}

/** The name as it can be read, and what a special file is. */
const labelOf = (entry: FileEntry): string =>
  entry.type === 'special' ? t('files.special', { name: visibleName(entry.name) }) : visibleName(entry.name)

const icons = { notebook: NotebookText, file: FileCode2, special: Unplug, folder: Folder } as const

function TypeIcon({ entry, open }: { readonly entry: FileEntry; readonly open: boolean }) {
  const Icon = entry.type === 'folder' && open ? FolderOpen : icons[entry.type]
  return <Icon size={16} className="tree-icon" aria-hidden="true" />
}

function RowMenu(props: {
  readonly entry: FileEntry
  readonly area: RefObject<HTMLElement | null>
  readonly onOpen: () => void
  readonly onRename: (on: boolean) => void
  readonly onAsk: (ask: 'delete' | 'move') => void
}) {
  const { entry } = props
  const folder = entry.type === 'folder'
  const readable = entry.type !== 'special'
  const mayChange = useMayEdit(entry)
  const use = useWatched(fileUse, (known) => known)
  return (
    <Menu
      label={t('files.menu', { name: visibleName(entry.name) })}
      icon={<Ellipsis size={16} />}
      className="tree-menu"
      area={props.area}
    >
      {readable && (
        <MenuItem icon={<NotebookText size={16} />} onSelect={props.onOpen}>
          {t('files.open')}
        </MenuItem>
      )}
      {readable && !folder && (
        <MenuItem
          icon={<Columns2 size={16} />}
          onSelect={() => openBeside(routeUrl({ at: 'file', path: entry.path }))}
        >
          {t('split.open')}
        </MenuItem>
      )}
      {use !== null && isData(entry) && (
        <MenuItem icon={<FileInput size={16} />} onSelect={() => use(entry.path)}>
          {t('files.read')}
        </MenuItem>
      )}
      {folder && mayChange && (
        <MenuItem icon={<FilePlus2 size={16} />} onSelect={() => void makeNotebook(entry.path)}>
          {t('files.newNotebook')}
        </MenuItem>
      )}
      {mayChange && (
        <>
          <MenuItem icon={<Pencil size={16} />} onSelect={() => props.onRename(true)}>
            {t('files.rename')}
          </MenuItem>
          <MenuItem icon={<FolderInput size={16} />} onSelect={() => props.onAsk('move')}>
            {t('files.move')}
          </MenuItem>
        </>
      )}
      {!folder && readable && mayChange && (
        <MenuItem icon={<Copy size={16} />} onSelect={() => void duplicate(entry.path)}>
          {t('files.duplicate')}
        </MenuItem>
      )}
      {readable && (
        <MenuItem icon={<Link size={16} />} onSelect={() => void copyFileLink(entry)}>
          {t('link.copy')}
        </MenuItem>
      )}
      {!folder && readable && (
        <MenuItem icon={<Download size={16} />} onSelect={() => saveUrl(downloadUrl(entry.path), entry.name)}>
          {t('files.download')}
        </MenuItem>
      )}
      {entry.type === 'notebook' &&
        readable &&
        EXPORTS.map(([format, label]) => (
          <MenuItem
            key={format}
            icon={<Download size={16} />}
            onSelect={() => saveUrl(exportUrl(entry.path, format))}
          >
            {t(label)}
          </MenuItem>
        ))}
      {entry.type === 'notebook' && readable && (
        <MenuItem
          icon={<Download size={16} />}
          onSelect={() => saveUrl(commentedUrl(entry.path), entry.name)}
        >
          {t('files.downloadComments')}
        </MenuItem>
      )}
      {mayChange && (
        <>
          <div className="menu-line" role="presentation" />
          <MenuItem icon={<Trash2 size={16} />} danger onSelect={() => props.onAsk('delete')}>
            {t('files.delete')}
          </MenuItem>
        </>
      )}
    </Menu>
  )
}

/** The forms that a reader wants; the palette has all. */
const EXPORTS = [
  ['html', 'files.downloadHtml'],
  ['slides', 'files.downloadSlides'],
] as const

/** Whether code can read it as data. */
const isData = ({ type }: FileEntry): boolean => type === 'file'

const copyFileLink = ({ path }: FileEntry): Promise<void> =>
  copyText(new URL(routeUrl({ at: 'file', path }), location.origin).href, t('link.copied'))

function NameField({ entry, onDone }: { readonly entry: FileEntry; readonly onDone: () => void }) {
  const [name, setName] = useState(entry.name)
  const [busy, setBusy] = useState(false)
  const commit = async (): Promise<void> => {
    if (busy) return
    setBusy(true)
    const done = await rename(entry.path, name)
    setBusy(false)
    if (done) onDone()
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    event.stopPropagation()
    // Enter and Escape of an input method are about its words.
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Enter') void commit()
    if (event.key === 'Escape') onDone()
  }
  return (
    <input
      className="field tree-field"
      aria-label={t('files.renameLabel', { name: visibleName(entry.name) })}
      value={name}
      ref={selectStem}
      spellCheck={false}
      onChange={(event) => setName(event.target.value)}
      onKeyDown={onKeyDown}
      onBlur={() => void commit()}
      onClick={(event) => event.stopPropagation()}
    />
  )
}

/** Focuses the field with the name selected but for its ending, ready to be typed over. */
function selectStem(field: HTMLInputElement | null): void {
  if (field === null || field === document.activeElement) return
  const dot = field.value.lastIndexOf('.')
  field.focus()
  field.setSelectionRange(0, dot > 0 ? dot : field.value.length)
}
