/** What a person may do with one output: copy it, or save it as a file. */
import { Copy, Download, Ellipsis } from '../app/icons.ts'
import { Menu, MenuItem } from '../app/Menu.tsx'
import { notify } from '../app/notices.ts'
import { t } from '../text/text.ts'

/** Either `text` or, for pictures, the `url` of the bytes. */
export function OutputMenu(props: {
  readonly text?: string
  readonly url?: string
  readonly name: string
  readonly mime: string
}) {
  const { text } = props
  return (
    <div className="output-menu">
      <Menu label={t('outputs.menu')} icon={<Ellipsis size={16} />}>
        {text !== undefined && (
          <MenuItem icon={<Copy size={16} />} onSelect={() => void copy(text)}>
            {t('outputs.copy')}
          </MenuItem>
        )}
        <MenuItem icon={<Download size={16} />} onSelect={() => save(props)}>
          {t('outputs.save')}
        </MenuItem>
      </Menu>
    </div>
  )
}

async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    notify('info', t('outputs.copied'))
  } catch {
    notify('warning', t('outputs.copyFailed'))
  }
}

function save(output: {
  readonly text?: string
  readonly url?: string
  readonly name: string
  readonly mime: string
}) {
  const made =
    output.text === undefined ? null : URL.createObjectURL(new Blob([output.text], { type: output.mime }))
  const link = document.createElement('a')
  link.href = made ?? output.url ?? ''
  link.download = output.name
  link.click()
  if (made !== null) URL.revokeObjectURL(made)
}
