/** On a narrow page one side is shown: the switch between the two. */
import { closeBeside, type Side, shownSide, showSide } from '../../navigation/side.ts'
import { useWatched } from '../../state/use-watched.ts'
import { t } from '../../text/text.ts'
import { IconButton } from '../../ui/IconButton.tsx'
import { X } from '../../ui/icons.ts'

export function SideSwitch({ names }: { readonly names: Readonly<Record<Side, string>> }) {
  const shown = useWatched(shownSide, (side) => side)
  return (
    <fieldset className="side-switch" aria-label={t('split.switch')}>
      {(['main', 'beside'] as const).map((side) => (
        <button key={side} type="button" aria-pressed={side === shown} onClick={() => showSide(side)}>
          {names[side]}
        </button>
      ))}
      <IconButton label={t('split.close')} onClick={closeBeside}>
        <X size={16} />
      </IconButton>
    </fieldset>
  )
}
