/** The tree of files (ARIA's tree pattern with one tab stop): rows, keys, and the questions that some keys ask. */
import type { FileEntry } from '@yesterday/server/contract/http.ts'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { useMay } from '../api/use-may.ts'
import { navigate, routeUrl } from '../navigation/route.ts'
import { openBeside } from '../navigation/side.ts'
import { t } from '../text/text.ts'
import { ProblemBox } from '../ui/Problem.tsx'
import { DeleteDialog, MoveDialog } from './dialogs.tsx'
import { FileRow } from './FileRow.tsx'
import { files } from './files-store.ts'
import { moveFor, type Row, rowsOf, type Tree } from './tree.ts'

type EntryRow = Extract<Row, { type: 'entry' }>
type Move = NonNullable<ReturnType<typeof moveFor>>

/** What is asked about a file before it is done. */
type Question = { readonly about: FileEntry; readonly ask: 'delete' | 'move' }

/** `renaming` is the path whose name is being edited. */
export function FileTree(props: {
  readonly tree: Tree
  readonly selected: string | null
  readonly renaming: string | null
  readonly onRenaming: (path: string | null) => void
  readonly onPicked: () => void
}) {
  const rows = rowsOf(props.tree)
  const mayChange = useMay('editor')
  const [focused, setFocused] = useState<string | null>(null)
  const [question, setQuestion] = useState<Question | null>(null)
  const list = useRef<HTMLDivElement>(null)
  const tabStop = tabStopOf(rows, focused ?? props.selected)

  const focusRow = (path: string): void => {
    setFocused(path)
    list.current?.querySelector<HTMLElement>(`[data-path="${CSS.escape(path)}"]`)?.focus()
  }
  const activate = (entry: FileEntry, open: boolean): void => {
    setFocused(entry.path)
    if (show(entry, open)) props.onPicked()
  }
  const perform = (move: Move, { entry, open }: EntryRow): void => {
    if (move.to === 'focus') focusRow(move.path)
    else if (move.to === 'open' || move.to === 'close') void files[move.to](move.path)
    else if (move.to === 'activate') activate(entry, open)
    else if (!(entry.mayEdit ?? mayChange)) return
    else if (move.to === 'rename') props.onRenaming(move.path)
    else setQuestion({ about: entry, ask: 'delete' })
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (props.renaming === null) moveByKey(event, rows, tabStop, perform)
  }
  useFocusAfterRename(props.renaming, focusRow)

  if (tabStop === null) return <Notes rows={rows} />
  return (
    <>
      <div
        ref={list}
        className="file-tree"
        role="tree"
        tabIndex={-1}
        aria-label={t('files.label')}
        onKeyDown={onKeyDown}
      >
        {rows.map((row) => {
          if (row.type === 'note') return <NoteRow key={`note:${row.folder}`} row={row} />
          const { path } = row.entry
          return (
            <FileRow
              key={path}
              row={row}
              {...{
                selected: path === props.selected,
                tabStop: path === tabStop,
                renaming: path === props.renaming,
              }}
              onFocus={() => setFocused(path)}
              onActivate={() => activate(row.entry, row.open)}
              onRename={(on) => props.onRenaming(on ? path : null)}
              onAsk={(ask) => setQuestion({ about: row.entry, ask })}
            />
          )
        })}
      </div>
      {question !== null && <Asking question={question} onClose={() => setQuestion(null)} />}
    </>
  )
}

function Asking({ question, onClose }: { readonly question: Question; readonly onClose: () => void }) {
  const Asked = question.ask === 'delete' ? DeleteDialog : MoveDialog
  return <Asked entry={question.about} onClose={onClose} />
}

/** Opens or closes a folder, or goes to a file; whether a file was gone to. */
function show(entry: FileEntry, open: boolean): boolean {
  if (entry.type === 'folder') {
    if (open) files.close(entry.path)
    else void files.open(entry.path)
  } else if (entry.type !== 'special') navigate({ at: 'file', path: entry.path })
  return entry.type !== 'folder' && entry.type !== 'special'
}

function moveByKey(
  event: KeyboardEvent,
  rows: readonly Row[],
  tabStop: string | null,
  perform: (move: Move, row: EntryRow) => void,
): void {
  const row = rows.find((one) => one.type === 'entry' && one.entry.path === tabStop)
  if (row?.type !== 'entry') return
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && isFile(row.entry)) {
    event.preventDefault()
    openBeside(routeUrl({ at: 'file', path: row.entry.path }))
  }
  if (hasModifier(event)) return
  const move = moveFor(rows, row.entry.path, event.key)
  if (move === null) return
  event.preventDefault()
  perform(move, row)
}

const isFile = ({ type }: FileEntry): boolean => type === 'file' || type === 'notebook'

const hasModifier = (event: KeyboardEvent): boolean => event.metaKey || event.ctrlKey || event.altKey

/** A tree without items is none to those who hear it. */
function Notes({ rows }: { readonly rows: readonly Row[] }) {
  return (
    <div className="file-tree">
      {rows.map((row) => row.type === 'note' && <NoteRow key={row.folder} row={row} />)}
    </div>
  )
}

/** The row that Tab leads to: the last one focused, while it is there; the first otherwise. */
function tabStopOf(rows: readonly Row[], wished: string | null): string | null {
  const paths = rows.flatMap((row) => (row.type === 'entry' ? [row.entry.path] : []))
  return wished !== null && paths.includes(wished) ? wished : (paths[0] ?? null)
}

function NoteRow({ row }: { readonly row: Extract<Row, { type: 'note' }> }) {
  if (row.state === 'loading') return <LoadingRows depth={row.depth} />
  if (row.state === 'empty') {
    return (
      <p className="tree-note" style={{ '--depth': row.depth }}>
        {t('files.emptyFolder')}
      </p>
    )
  }
  return (
    <div className="tree-problem">
      <ProblemBox title={t('files.failed')} problem={row.state} onRetry={() => void files.load(row.folder)} />
    </div>
  )
}

function LoadingRows({ depth }: { readonly depth: number }) {
  const widths = depth === 1 ? [62, 78, 50, 70, 44] : [58]
  return (
    <div role="status" aria-label={t('app.loading')}>
      {widths.map((width) => (
        <div key={width} className="tree-row" style={{ '--depth': depth }}>
          <div className="skeleton" style={{ height: 12, width: `${width}%` }} />
        </div>
      ))}
    </div>
  )
}

function useFocusAfterRename(renaming: string | null, focusRow: (path: string) => void): void {
  const before = useRef<string | null>(null)
  useEffect(() => {
    if (renaming === null && before.current !== null) focusRow(before.current)
    before.current = renaming
  })
}
