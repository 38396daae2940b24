/** What a person may do with one output: copy it or a link to it, or save it as a file. */
import { createContext, useContext } from 'react'
import { t } from '../text/text.ts'
import { copyText } from '../ui/copy-text.ts'
import { Copy, Download, Ellipsis, Link } from '../ui/icons.ts'
import { Menu, MenuItem } from '../ui/Menu.tsx'
import { type SavedOutput, saveOutput } from './save-output.ts'

/** Copies a link to the output around; null where it has no address. */
export const OutputLink = createContext<(() => void) | null>(null)

export function OutputMenu(output: SavedOutput) {
  const { text, whole } = output
  const copyLink = useContext(OutputLink)
  return (
    <div className="output-menu">
      <Menu label={t('outputs.menu')} icon={<Ellipsis size={16} />}>
        {text !== undefined && (
          <MenuItem icon={<Copy size={16} />} onSelect={() => void copyText(text, t('outputs.copied'))}>
            {t(whole === undefined ? 'outputs.copy' : 'outputs.copyShown')}
          </MenuItem>
        )}
        {copyLink !== null && (
          <MenuItem icon={<Link size={16} />} onSelect={copyLink}>
            {t('link.copy')}
          </MenuItem>
        )}
        <MenuItem icon={<Download size={16} />} onSelect={() => void saveOutput(output)}>
          {t('outputs.save')}
        </MenuItem>
      </Menu>
    </div>
  )
}
