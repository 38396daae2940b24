/** Asks before an output opens a window, with the whole address. */
import { useSyncExternalStore } from 'react'
import { t } from '../text/text.ts'
import { Dialog } from '../ui/Dialog.tsx'
import { answerLink, askedLink } from './open-link.ts'

export function LinkDialog() {
  const href = useSyncExternalStore(askedLink.subscribe, askedLink.get)
  if (href === null) return null
  return (
    <Dialog
      title={t('outputs.linkTitle', { host: hostOf(href) })}
      action={t('outputs.linkOpen')}
      onAction={() => answerLink(true)}
      onClose={() => answerLink(false)}
    >
      <p>{t('outputs.linkAsk')}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long address is scrolled by keys */}
      <p className="link-address" tabIndex={0}>
        {href}
      </p>
    </Dialog>
  )
}

function hostOf(href: string): string {
  try {
    return new URL(href).host
  } catch {
    return href
  }
}
