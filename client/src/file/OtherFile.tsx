/** A file that the page does not show, and the link that downloads any file. */
import type { FileEntry } from '@yesterday/server/contract/http.ts'
import { downloadUrl } from '../api/api.ts'
import { locale } from '../text/locale.ts'
import { t } from '../text/text.ts'
import { Download } from '../ui/icons.ts'
import { Time } from '../ui/Time.tsx'
import { sizeText } from '../ui/time.ts'

export function OtherFile({ entry, why }: { readonly entry: FileEntry; readonly why: string }) {
  return (
    <section className="home home-empty">
      <h1>{entry.name}</h1>
      <p>{why}</p>
      {entry.type !== 'special' && <DownloadLink entry={entry} primary />}
      <p className="home-aside">
        {sizeText(entry.size, locale)} · <Time iso={entry.modified} />
      </p>
    </section>
  )
}

interface DownloadProps {
  readonly entry: FileEntry
  readonly primary?: boolean
}

export function DownloadLink({ entry, primary = false }: DownloadProps) {
  const { path, name } = entry
  return (
    <a
      className={`button ${primary ? 'button-primary' : 'button-small'}`}
      href={downloadUrl(path)}
      download={name}
    >
      <Download size={16} aria-hidden="true" />
      {t('files.download')}
    </a>
  )
}
