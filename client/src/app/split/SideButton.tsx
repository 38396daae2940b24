/** A button of a side's head. */
import type { X } from '../../ui/icons.ts'

export function SideButton(props: {
  readonly label: string
  readonly onClick: () => void
  readonly icon: typeof X
}) {
  const Icon = props.icon
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={props.label}
      title={props.label}
      onClick={props.onClick}
    >
      <Icon size={16} />
    </button>
  )
}
