/**
 * Vim's keys in the editors, while the setting says so: `monaco-vim`, loaded when it is first wanted. Escape leads from
 * Insert to Normal, and from Normal out of the cell. `:w` saves.
 */
import type { editor } from 'monaco-editor/editor'
import { settings } from '../settings/settings-store.ts'

type Vim = typeof import('monaco-vim')

let loading: Promise<Vim> | null = null
const load = (): Promise<Vim> => {
  loading ??= import('monaco-vim')
  // It is asked for again once the server answers.
  loading.catch(() => {
    loading = null
  })
  return loading
}

/** Follows the setting for one editor. `leave` leaves the cell, `save` makes a checkpoint. */
export function followKeyMap(
  instance: editor.IStandaloneCodeEditor,
  does: { readonly leave: () => void; readonly save: () => void },
): void {
  const isVim = instance.createContextKey<boolean>('yesterday.vim', false)
  let detach: (() => void) | null = null
  const apply = (): void => {
    const wanted = settings.get().keyMap === 'vim'
    isVim.set(wanted)
    if (!wanted) {
      detach?.()
      detach = null
    } else if (detach === null) {
      // Until it is loaded, it can be cancelled.
      let isWanted = true
      detach = () => {
        isWanted = false
      }
      void load().then(
        (vim) => {
          if (isWanted) detach = attach(vim, instance, does)
        },
        () => {
          detach = null
        },
      )
    }
  }
  apply()
  const stop = settings.subscribe(apply)
  instance.onDidDispose(() => {
    stop()
    detach?.()
  })
}

function attach(
  { initVimMode, VimMode }: Vim,
  instance: editor.IStandaloneCodeEditor,
  { leave, save }: { readonly leave: () => void; readonly save: () => void },
): () => void {
  let mode = 'normal'
  // Registered first, so that it sees the mode in which Escape was pressed.
  const keys = instance.onKeyDown(({ browserEvent }) => {
    if (browserEvent.key === 'Escape' && mode === 'normal') leave()
  })
  const status = document.createElement('div')
  status.className = 'vim-status'
  instance.getContainerDomNode().append(status)
  const adapter = initVimMode(instance, status)
  adapter.on('vim-mode-change', (change: { readonly mode: string }) => {
    mode = change.mode
  })
  defineWrite(VimMode, save)
  return () => {
    keys.dispose()
    adapter.dispose()
    status.remove()
  }
}

/** `:w`. The package's types leave out the object that has it. */
function defineWrite(vimMode: object, save: () => void): void {
  const vim: unknown = Reflect.get(vimMode, 'Vim')
  if (typeof vim === 'object' && vim !== null && 'defineEx' in vim && typeof vim.defineEx === 'function')
    vim.defineEx('write', 'w', save)
}
