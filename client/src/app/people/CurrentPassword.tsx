/** The field in which a person proves who they are before their account changes. */
import { t } from '../../text/text.ts'

export function CurrentPassword(props: {
  readonly value: string
  readonly onChange: (value: string) => void
}) {
  return (
    <label>
      {t('account.currentPassword')}
      <input
        className="field"
        type="password"
        autoComplete="current-password"
        value={props.value}
        onChange={(event) => props.onChange(event.target.value)}
      />
    </label>
  )
}
