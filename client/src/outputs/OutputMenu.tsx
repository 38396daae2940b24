/** What a person may do with one output: copy it, or save it as a file. */
import { Copy, Download, Ellipsis } from '../app/icons.ts'
import { Menu, MenuItem } from '../app/Menu.tsx'
import { notify } from '../app/notices.ts'
import { t } from '../text/text.ts'
import { type SavedOutput, saveOutput } from './save-output.ts'

export function OutputMenu(output: SavedOutput) {
  const { text, whole } = output
  return (
    <div className="output-menu">
      <Menu label={t('outputs.menu')} icon={<Ellipsis size={16} />}>
        {text !== undefined && (
          <MenuItem icon={<Copy size={16} />} onSelect={() => void copy(text)}>
            {t(whole === undefined ? 'outputs.copy' : 'outputs.copyShown')}
          </MenuItem>
        )}
        <MenuItem icon={<Download size={16} />} onSelect={() => void saveOutput(output)}>
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
