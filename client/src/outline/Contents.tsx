/** The table of contents: the notebook's headings as a menu that leads to them. */
import './outline.css'
import { useSyncExternalStore } from 'react'
import { t } from '../text/text.ts'
import { TableOfContents } from '../ui/icons.ts'
import { Menu, MenuItem } from '../ui/Menu.tsx'
import type { Folds } from './folds.ts'

export function Contents(props: { readonly folds: Folds; readonly onChoose: (cell: string) => void }) {
  const { outline } = props.folds
  const { headings } = useSyncExternalStore(outline.subscribe, outline.get)
  if (headings.length === 0) return null
  const least = headings.reduce((least, { level }) => Math.min(least, level), 6)
  return (
    <Menu label={t('outline.contents')} icon={<TableOfContents size={17} />}>
      {headings.map(({ id, level, text }) => (
        <MenuItem key={id} onSelect={() => props.onChoose(id)}>
          <span className="contents-line" style={{ paddingInlineStart: (level - least) * 14 }}>
            {text}
          </span>
        </MenuItem>
      ))}
    </Menu>
  )
}
