/** An open notebook: toolbar, banner, cells, and the one place where keys become commands. */
import { cellId, cellsOf } from '@yesterday/server/contract/document.ts'
import { type KeyboardEvent as ReactKeyboardEvent, useEffect, useMemo, useRef, useState } from 'react'
import { NotebookContext } from '../access/context.ts'
import { LinkDialog } from '../outputs/LinkDialog.tsx'
import { PanelPlace } from '../panels/PanelPlace.tsx'
import { settings } from '../settings/settings-store.ts'
import { useWatched } from '../state/use-watched.ts'
import { t } from '../text/text.ts'
import { Dialog } from '../ui/Dialog.tsx'
import { preloadParts } from '../ui/lazy-part.tsx'
import { accessTo } from './access.ts'
import { type Band, bandsOf, startsOf } from './bands.ts'
import { CellBand } from './CellBand.tsx'
import { DialogsContext } from './CellMenu.tsx'
import { CommandDialog } from './CommandDialog.tsx'
import { listenToClipboard } from './clipboard/clipboard-events.ts'
import type { Dialogs } from './command.ts'
import { dragCells } from './drag-cells.ts'
import { EmptyNotebook } from './EmptyNotebook.tsx'
import { Finding } from './Finding.tsx'
import { HostsDialog } from './hosts/HostsDialog.tsx'
import { look, strokeName } from './keys.ts'
import { MetadataPlace } from './metadata/MetadataPlace.tsx'
import { MoveDialog } from './moving/MoveDialog.tsx'
import { NamesPlace } from './names/NamesPlace.tsx'
import type { Notebook } from './notebook.ts'
import { NotificationDialog } from './notify/NotificationDialog.tsx'
import { PackagesDialog } from './packages/PackagesDialog.tsx'
import { perform } from './perform.ts'
import { takeFiles } from './reading/read-file.ts'
import { ServersDialog } from './servers/ServersDialog.tsx'
import { SlurmDialog } from './slurm/SlurmDialog.tsx'
import { ConnectionsDialog } from './sql/ConnectionsDialog.tsx'
import { TabStops } from './TabStops.tsx'
import { Toolbar } from './Toolbar.tsx'
import { typeInto } from './type-ahead.ts'
import { useFocusHome } from './useFocusHome.ts'
import { useFollowing } from './useFollowing.ts'

const mac = navigator.platform.startsWith('Mac')
type Asked =
  | { readonly kind: 'palette' | 'shortcuts' }
  | { readonly kind: 'restart'; readonly restart: () => void }

const FIRST_BANDS = 3
const MORE_BANDS = 12

export function NotebookView({ notebook }: { readonly notebook: Notebook }) {
  const order = useWatched(notebook.order, (ids) => ids)
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new order means other cells in the document
  const cells = useMemo(
    () => new Map(cellsOf(notebook.doc).map((cell) => [cellId(cell), cell])),
    [notebook, order],
  )
  const bands = useBands(notebook, order)
  const starts = useMemo(() => startsOf(bands), [bands])
  const selectedCell = useWatched(notebook.selection, (selection) => selection.active)
  const hasPanel = useWatched(notebook.panels, (id) => id !== null)
  const shown = useGrowing(bands.length, notebook)
  useFollowing(notebook.presence)
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (list.current !== null && notebook.opened.writable) return dragCells(notebook, list.current)
  }, [notebook])
  useEffect(() => {
    if (list.current !== null && notebook.opened.writable) return takeFiles(notebook, list.current)
  }, [notebook])
  useEffect(() => (list.current === null ? undefined : listenToClipboard(notebook, list.current)), [notebook])
  const [asked, setAsked] = useState<Asked | null>(null)
  const dialogs = useMemo(() => dialogsOf(setAsked), [])
  const path = useWatched(notebook.path, (known) => known)
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is asked of the history names the path
  const access = useMemo(() => accessTo(notebook, selectedCell), [notebook, selectedCell, path])
  const onKey = useKeys(notebook, dialogs)
  return (
    <NotebookContext value={access}>
      <section className="notebook" data-panel={hasPanel} aria-label={t('notebook.label', { name: path })}>
        <Toolbar notebook={notebook} dialogs={dialogs} />
        <DialogsContext value={dialogs}>
          <TabStops active={() => notebook.selection.get().active}>
            {(onTab) => (
              // biome-ignore lint/a11y/noStaticElementInteractions: keys go to the cell inside that has the focus
              <div ref={list} className="notebook-cells" onKeyDownCapture={onKey} onKeyDown={onTab}>
                {bands.slice(0, shown).map((band) => (
                  <CellBand
                    key={band.key}
                    notebook={notebook}
                    band={band}
                    cells={cells}
                    start={starts.get(band) ?? 0}
                    total={order.length}
                  />
                ))}
              </div>
            )}
          </TabStops>
        </DialogsContext>
        <LinkDialog />
        <ConnectionsDialog />
        <MetadataPlace notebook={notebook} />
        <NamesPlace notebook={notebook} />
        <PackagesDialog notebook={notebook} />
        <NotificationDialog />
        <ServersDialog />
        <HostsDialog />
        <MoveDialog notebook={notebook} />
        <SlurmDialog />
        <EmptyNotebook notebook={notebook} />
        <Finding notebook={notebook} mac={mac} />
        <PanelPlace open={notebook.panels} />
        {asked !== null && (
          <AskedDialog asked={asked} notebook={notebook} dialogs={dialogs} onAsked={setAsked} />
        )}
      </section>
    </NotebookContext>
  )
}

const dialogsOf = (ask: (asked: Asked) => void): Dialogs => ({
  palette: () => ask({ kind: 'palette' }),
  shortcuts: () => ask({ kind: 'shortcuts' }),
  confirmRestart: (restart) => ask({ kind: 'restart', restart }),
})

/** Performs the commands of keys that are pressed in the notebook, or nowhere; answers the handler for its cells. */
function useKeys(notebook: Notebook, dialogs: Dialogs): (event: ReactKeyboardEvent) => void {
  const held = useRef('')
  const onKey = (event: KeyboardEvent | ReactKeyboardEvent): void => {
    const { target } = event
    if (!(target instanceof HTMLElement)) return
    const inEditor = target.closest('.code-editor-mount') !== null
    const isBare = target === document.body || target === document.documentElement
    const isElsewhere = !isBare && target.closest('.notebook-cells') === null
    if (!inEditor && !isElsewhere && !isCommandKey(event, target)) return
    if (['Shift', 'Control', 'Alt', 'Meta'].includes(event.key)) return
    if (!inEditor && event.key === 'Escape') notebook.pool.cancelFocus()
    else if (!inEditor && !isElsewhere && notebook.typeAhead.hold(event)) {
      event.preventDefault()
      event.stopPropagation()
      return
    }
    const mode = inEditor ? 'edit' : isElsewhere ? 'page' : 'command'
    const found = look(held.current, strokeName(event, mac), mode)
    held.current = found.held
    if (found.command === null) return
    event.preventDefault()
    event.stopPropagation()
    perform(found.command, notebook, dialogs)
  }
  const onKeyNow = useRef(onKey)
  onKeyNow.current = onKey
  useFocusHome(notebook, onKeyNow)
  useEffect(() => {
    notebook.onTypedAhead = (cell, stroke) => {
      const { command } = look('', strokeName(stroke, mac), 'edit')
      if (command === null) typeInto(notebook.pool.editorOf(cell), stroke)
      else perform(command, notebook, dialogs)
    }
  }, [notebook, dialogs])
  return onKey
}

/** The palette, the list of keys, or the question before a restart. */
function AskedDialog(props: {
  readonly asked: Asked
  readonly notebook: Notebook
  readonly dialogs: Dialogs
  readonly onAsked: (set: (now: Asked | null) => Asked | null) => void
}) {
  const { asked, notebook, dialogs } = props
  // The browser reports the closing later, when the chosen command may have opened a dialog of its own.
  const close = (): void => props.onAsked((now) => (now === asked ? null : now))
  if (asked.kind !== 'restart')
    return (
      <CommandDialog
        title={t(`${asked.kind}.title`)}
        notebook={notebook}
        mac={mac}
        onClose={close}
        onChoose={(command) => {
          close()
          perform(command, notebook, dialogs)
        }}
      />
    )
  const restart = (): void => {
    close()
    asked.restart()
  }
  return (
    <Dialog title={t('command.restart')} action={t('notebook.restart')} onClose={close} onAction={restart}>
      <p>{t('notebook.restartAsk')}</p>
    </Dialog>
  )
}

/** Whether a key outside of an editor is for the cells: not what a field or a button takes itself. */
function isCommandKey({ key }: KeyboardEvent | ReactKeyboardEvent, target: HTMLElement): boolean {
  if (target.closest('input, textarea, select, [contenteditable=true]') !== null) return false
  return target.closest('button, a, summary') === null || !['Enter', ' '].includes(key)
}

function useBands(notebook: Notebook, order: readonly string[]): readonly Band[] {
  const before = useRef<readonly Band[]>([])
  return useMemo(() => {
    before.current = bandsOf(order, before.current, notebook.selection.get().active)
    return before.current
  }, [notebook, order])
}

// The first cells are painted before the rest is made; Monaco comes after that.
function useGrowing(total: number, notebook: Notebook): number {
  const [shown, setShown] = useState(FIRST_BANDS)
  useEffect(() => {
    if (total === 0) return
    const frame = requestAnimationFrame(() => {
      if (performance.getEntriesByName('yesterday:first-cell').length === 0)
        performance.mark('yesterday:first-cell')
      if (shown < total) setTimeout(() => setShown(shown + MORE_BANDS))
      else void notebook.pool.load().then(preloadParts, preloadParts)
    })
    return () => cancelAnimationFrame(frame)
  }, [shown, total, notebook])
  useEffect(() => {
    const watcher = new MutationObserver(() => notebook.pool.paint())
    watcher.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    const stop = settings.subscribe(() => notebook.pool.configure())
    return () => {
      watcher.disconnect()
      stop()
    }
  }, [notebook])
  return shown
}
