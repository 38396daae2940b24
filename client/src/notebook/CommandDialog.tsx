/** All possible commands with their keys, filtered as one types: the palette, and the sheet of keys. Enter performs the chosen one. */
import { type KeyboardEvent, useEffect, useId, useLayoutEffect, useRef, useState } from 'react'
import { t } from '../text/text.ts'
import { COMMANDS, type CommandName } from './commands.ts'
import { keyWords } from './keys.ts'
import type { Notebook } from './notebook.ts'
import { isPossible } from './perform.ts'

interface Props {
  readonly title: string
  readonly notebook: Notebook
  readonly mac: boolean
  readonly onChoose: (command: CommandName) => void
  readonly onClose: () => void
}

interface Line {
  readonly command: CommandName
  readonly words: string
  readonly keys: string
}

export function CommandDialog({ title, notebook, mac, onChoose, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  const [filter, setFilter] = useState('')
  const [at, setAt] = useState(0)
  const lines = linesFor(filter, notebook, mac)
  useLayoutEffect(() => {
    const element = dialog.current
    element?.showModal()
    return () => element?.close()
  }, [])
  useEffect(() => {
    // In braces: browsers that answer with a promise would have it taken for a clean-up.
    document.getElementById(`${id}-${at}`)?.scrollIntoView({ block: 'nearest' })
  }, [id, at])
  // The dialog closes first, so that the focus is back where the command acts.
  const choose = (line: Line | undefined): void => {
    if (line === undefined) return
    dialog.current?.close()
    onChoose(line.command)
  }
  const onKey = (event: KeyboardEvent): void => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (by === undefined && event.key !== 'Enter') return
    event.preventDefault()
    if (by === undefined) choose(lines[at])
    else setAt(Math.max(0, Math.min(lines.length - 1, at + by)))
  }
  return (
    <dialog ref={dialog} className="dialog" aria-label={title} onClose={onClose}>
      <h2>{title}</h2>
      <input
        className="field"
        role="combobox"
        aria-expanded="true"
        aria-controls={id}
        aria-activedescendant={lines.length > 0 ? `${id}-${at}` : undefined}
        aria-label={t('palette.filter')}
        placeholder={t('palette.filter')}
        value={filter}
        onKeyDown={onKey}
        onChange={(event) => {
          setFilter(event.target.value)
          setAt(0)
        }}
      />
      <div id={id} className="command-list" role="listbox" aria-label={title} tabIndex={-1}>
        {lines.map((line, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keys of the list
          <div
            key={line.command}
            id={`${id}-${index}`}
            className="command-line"
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            onClick={() => choose(line)}
          >
            <span>{line.words}</span>
            <kbd>{line.keys}</kbd>
          </div>
        ))}
      </div>
      <p role="status">{lines.length === 0 && t('palette.none')}</p>
    </dialog>
  )
}

function linesFor(filter: string, notebook: Notebook, mac: boolean): readonly Line[] {
  const wanted = filter.trim().toLowerCase()
  return COMMANDS.filter(({ id }) => isPossible(id, notebook))
    .map(({ id, label }) => ({ command: id, words: t(label), keys: keyWords(id, mac) }))
    .filter((line) => line.words.toLowerCase().includes(wanted))
}
