/** What a person may do with one output: copy it, or save it as a file. */

import { t } from '../text/text.ts'
import { copyText } from '../ui/copy-text.ts'
import { Copy, Download, Ellipsis } from '../ui/icons.ts'
import { Menu, MenuItem } from '../ui/Menu.tsx'
import { type SavedOutput, saveOutput } from './save-output.ts'

export function OutputMenu(output: SavedOutput) {
  const { text, whole } = output
  return (
    <div className="output-menu">
      <Menu label={t('outputs.menu')} icon={<Ellipsis size={16} />}>
        {text !== undefined && (
          <MenuItem icon={<Copy size={16} />} onSelect={() => void copyText(text, t('outputs.copied'))}>
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
