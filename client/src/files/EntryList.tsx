/** Files and folders as a list of links. */
import { visibleName } from '@yesterday/server/contract/file-names.ts'
import type { FileEntry } from '@yesterday/server/contract/http.ts'
import { navigate, routeUrl } from '../navigation/route.ts'
import { FileCode2, Folder, NotebookText, Unplug } from '../ui/icons.ts'
import { Time } from '../ui/Time.tsx'

const icons = { notebook: NotebookText, file: FileCode2, special: Unplug, folder: Folder } as const

/** A plain click stays in the page; with a key held the browser does as with any link. */
export function EntryList({ entries }: { readonly entries: readonly FileEntry[] }) {
  return (
    <ul className="recent">
      {entries.map((entry) => (
        <li key={entry.path}>
          <Entry entry={entry} />
        </li>
      ))}
    </ul>
  )
}

function Entry({ entry }: { readonly entry: FileEntry }) {
  const route = { at: 'file', path: entry.path } as const
  const Icon = icons[entry.type]
  const name = entry.type === 'notebook' ? entry.name.replace(/\.ipynb$/i, '') : entry.name
  return (
    <a
      href={routeUrl(route)}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return
        event.preventDefault()
        navigate(route)
      }}
    >
      <Icon size={18} aria-hidden="true" />
      <span className="recent-name">{visibleName(name)}</span>
      <span className="recent-when">
        <Time iso={entry.modified} />
      </span>
    </a>
  )
}
