/** One line of the file tree: its icon, its name (or the field that renames it), and its menu. */
import type { FileEntry } from '@yesterday/server/contract/http.ts'
import { type KeyboardEvent, useState } from 'react'
import { t } from '../../text/text.ts'
import { downloadUrl } from '../api.ts'
import {
  ChevronRight,
  Copy,
  Download,
  Ellipsis,
  FileCode2,
  FilePlus2,
  Folder,
  FolderInput,
  FolderOpen,
  NotebookText,
  Pencil,
  Trash2,
} from '../icons.ts'
import { Menu, MenuItem } from '../Menu.tsx'
import { duplicate, makeNotebook, rename } from './actions.ts'
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
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree handles the keys of all rows
    <div
      role="treeitem"
      className="tree-row"
      tabIndex={props.tabStop ? 0 : -1}
      aria-level={depth}
      aria-selected={props.selected}
      aria-expanded={folder ? open : undefined}
      aria-label={entry.name}
      data-path={entry.path}
      data-folder={folder ? entry.path : parentOf(entry.path)}
      data-type={entry.type}
      style={{ '--depth': depth }}
      onFocus={props.onFocus}
      onClick={props.renaming ? undefined : props.onActivate}
      onDoubleClick={props.renaming || folder ? undefined : () => props.onRename(true)}
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
        <span className="tree-name" title={entry.name}>
          {entry.name}
        </span>
      )}
      {!props.renaming && (
        <RowMenu entry={entry} onOpen={props.onActivate} onRename={props.onRename} onAsk={props.onAsk} />
      )}
    </div>
  )
}

function TypeIcon({ entry, open }: { readonly entry: FileEntry; readonly open: boolean }) {
  const Icon =
    entry.type === 'notebook' ? NotebookText : entry.type === 'file' ? FileCode2 : open ? FolderOpen : Folder
  return <Icon size={16} className="tree-icon" aria-hidden="true" />
}

function RowMenu(props: {
  readonly entry: FileEntry
  readonly onOpen: () => void
  readonly onRename: (on: boolean) => void
  readonly onAsk: (ask: 'delete' | 'move') => void
}) {
  const { entry } = props
  const folder = entry.type === 'folder'
  return (
    <Menu label={t('files.menu', { name: entry.name })} icon={<Ellipsis size={16} />} className="tree-menu">
      <MenuItem icon={<NotebookText size={16} />} onSelect={props.onOpen}>
        {t('files.open')}
      </MenuItem>
      {folder && (
        <MenuItem icon={<FilePlus2 size={16} />} onSelect={() => void makeNotebook(entry.path)}>
          {t('files.newNotebook')}
        </MenuItem>
      )}
      <MenuItem icon={<Pencil size={16} />} onSelect={() => props.onRename(true)}>
        {t('files.rename')}
      </MenuItem>
      <MenuItem icon={<FolderInput size={16} />} onSelect={() => props.onAsk('move')}>
        {t('files.move')}
      </MenuItem>
      {!folder && (
        <MenuItem icon={<Copy size={16} />} onSelect={() => void duplicate(entry.path)}>
          {t('files.duplicate')}
        </MenuItem>
      )}
      {!folder && (
        <MenuItem icon={<Download size={16} />} onSelect={() => download(entry)}>
          {t('files.download')}
        </MenuItem>
      )}
      <div className="menu-line" role="presentation" />
      <MenuItem icon={<Trash2 size={16} />} danger onSelect={() => props.onAsk('delete')}>
        {t('files.delete')}
      </MenuItem>
    </Menu>
  )
}

function download(entry: FileEntry): void {
  const link = document.createElement('a')
  link.href = downloadUrl(entry.path)
  link.download = entry.name
  link.click()
}

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
    if (event.key === 'Enter') void commit()
    if (event.key === 'Escape') onDone()
  }
  return (
    <input
      className="field tree-field"
      aria-label={t('files.renameLabel', { name: entry.name })}
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
