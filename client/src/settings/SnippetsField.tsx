/** Snippets as JSON, which is checked before it counts. */
import type { SettingValue } from '@yesterday/server/contract/settings.ts'
import { Snippets } from '@yesterday/server/contract/snippets.ts'
import { useEffect, useId, useState } from 'react'
import { t } from '../text/text.ts'

export function SnippetsField({
  value,
  onChange,
  ...attributes
}: {
  readonly value: SettingValue
  readonly onChange: (value: SettingValue) => void
  readonly disabled: boolean
  readonly 'aria-labelledby': string
}) {
  const shown = JSON.stringify(value, null, 2)
  const [text, setText] = useState(shown)
  const [problem, setProblem] = useState<string | null>(null)
  const error = useId()
  useEffect(() => setText(shown), [shown])
  const commit = (): void => {
    const parsed = snippetsIn(text)
    setProblem(parsed.ok ? null : parsed.why)
    if (parsed.ok && JSON.stringify(parsed.value) !== JSON.stringify(value)) onChange(parsed.value)
  }
  return (
    <>
      <textarea
        {...attributes}
        className="field snippets-field"
        rows={Math.min(12, text.split('\n').length + 1)}
        spellCheck={false}
        autoComplete="off"
        aria-invalid={problem !== null}
        aria-errormessage={error}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onBlur={commit}
      />
      {problem !== null && (
        <span id={error} className="settings-bad" role="alert">
          {problem}
        </span>
      )}
    </>
  )
}

type Read = { readonly ok: true; readonly value: Snippets } | { readonly ok: false; readonly why: string }

function snippetsIn(text: string): Read {
  let json: unknown
  try {
    json = text.trim() === '' ? {} : JSON.parse(text)
  } catch {
    return { ok: false, why: t('settings.snippets.notJson') }
  }
  const parsed = Snippets.safeParse(json)
  return parsed.success
    ? { ok: true, value: parsed.data }
    : { ok: false, why: parsed.error.issues.map(({ message }) => message).join(' ') }
}
