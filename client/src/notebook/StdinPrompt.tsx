/** The question of `input()` inside the cell that asks it. */
import { useState } from 'react'
import type { CellRun } from '../access/cell-facts.ts'
import { usePicked } from '../state/use-watched.ts'
import { t } from '../text/text.ts'
import { mayRun } from './command.ts'
import type { Notebook } from './notebook.ts'

const promptOf = (run: CellRun | undefined): CellRun['prompt'] => run?.prompt ?? null

export function StdinPrompt({ notebook, id }: { readonly notebook: Notebook; readonly id: string }) {
  const prompt = usePicked(notebook.runs, id, promptOf)
  const [value, setValue] = useState('')
  if (prompt === null) return null
  if (!mayRun(notebook)) return <p className="cell-prompt">{prompt.text}</p>
  const send = (): void => {
    notebook.command({ type: 'input', run: prompt.run, value })
    setValue('')
  }
  return (
    <form
      className="cell-prompt"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <label>
        <span>{prompt.text}</span>
        <input
          className="field"
          type={prompt.password ? 'password' : 'text'}
          aria-label={t('cell.prompt', { text: prompt.text })}
          autoComplete="off"
          // biome-ignore lint/a11y/noAutofocus: the running cell waits for just this answer
          autoFocus
          value={value}
          onChange={(event) => setValue(event.target.value)}
        />
      </label>
      <button type="submit" className="button button-small">
        {t('cell.answer')}
      </button>
    </form>
  )
}
