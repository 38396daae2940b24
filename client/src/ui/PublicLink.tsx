/** "Copy public link…", for owners: a button, and the dialog that makes the link. The server shows its address once. */
import './public-link.css'
import type { NewPublicLink } from '@yesterday/server/contract/public-links.ts'
import { useState } from 'react'
import { createPortal } from 'react-dom'
import type { Problem } from '../api/api.ts'
import { publicLinksApi } from '../api/public-links-api.ts'
import { useMay } from '../api/use-may.ts'
import { BASE } from '../state/base.ts'
import { t } from '../text/text.ts'
import { copyText } from './copy-text.ts'
import { Dialog } from './Dialog.tsx'
import { Globe } from './icons.ts'
import { MadeLink } from './MadeLink.tsx'
import { ProblemBox } from './Problem.tsx'
import { useOneAtATime } from './use-one-at-a-time.ts'

type What = NewPublicLink['what']
const DAYS = [1, 7, 30, 90, 365] as const

/** Shown to owners alone. */
export function PublicLinkButton(props: {
  readonly what: What
  /** Has its words beside the icon. */
  readonly isWide?: boolean
  readonly onMade?: () => void
}) {
  const isOwner = useMay('owner')
  const [isOpen, setOpen] = useState(false)
  if (!isOwner) return null
  return (
    <>
      <button
        type="button"
        className={props.isWide === true ? 'button button-small' : 'icon-button'}
        aria-haspopup="dialog"
        aria-label={t('public.copy')}
        title={t('public.copy')}
        onClick={() => setOpen(true)}
      >
        <Globe size={16} aria-hidden="true" />
        {props.isWide === true && <span>{t('public.copy')}</span>}
      </button>
      {isOpen &&
        createPortal(
          // Keys in it are no commands of what the button is in.
          // biome-ignore lint/a11y/noStaticElementInteractions: it has no keys of its own
          <div onKeyDown={(event) => event.stopPropagation()}>
            <PublicLinkDialog
              what={props.what}
              onClose={() => {
                setOpen(false)
                props.onMade?.()
              }}
            />
          </div>,
          document.body,
        )}
    </>
  )
}

function PublicLinkDialog({ what, onClose }: { readonly what: What; readonly onClose: () => void }) {
  const [days, setDays] = useState<number>(30)
  const [receipt, setReceipt] = useState(false)
  const isOne = what.kind === 'result' && what.output !== undefined
  const [hasAll, setHasAll] = useState(!isOne)
  const [link, setLink] = useState<string | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const make = useOneAtATime(async () => {
    const wish = what.kind === 'result' ? resultOf(what, { receipt, hasAll }) : what
    const made = await publicLinksApi.make({ what: wish, days })
    setProblem(made.ok ? null : made.problem)
    if (!made.ok) return
    const address = `${location.origin}${BASE}${made.value.path}`
    setLink(address)
    await copyText(address, t('public.copied'))
  })
  return (
    <Dialog
      title={t('public.title')}
      {...(link === null && { action: t('public.make') })}
      onAction={make}
      onClose={onClose}
    >
      <p>
        {t(
          what.kind !== 'result' ? 'public.notebookHint' : hasAll ? 'public.resultHint' : 'public.outputHint',
        )}
      </p>
      {problem !== null && <ProblemBox problem={problem} />}
      {link === null ? (
        <>
          {isOne && (
            <label className="public-choice">
              <input type="checkbox" checked={hasAll} onChange={(event) => setHasAll(event.target.checked)} />
              {t('public.allOutputs')}
            </label>
          )}
          {what.kind === 'result' && (
            <label className="public-choice">
              <input
                type="checkbox"
                checked={receipt}
                onChange={(event) => setReceipt(event.target.checked)}
              />
              {t('public.receipt')}
            </label>
          )}
          <label className="public-choice">
            {t('public.expires')}
            <select className="field" value={days} onChange={(event) => setDays(Number(event.target.value))}>
              {DAYS.map((count) => (
                <option key={count} value={count}>
                  {t('public.days', { count })}
                </option>
              ))}
            </select>
          </label>
        </>
      ) : (
        <MadeLink label={t('public.link')} link={link} copied={t('public.copied')} note={t('public.once')} />
      )}
    </Dialog>
  )
}

type Result = Extract<What, { kind: 'result' }>

/** The run with or without its receipt, and all of its outputs or the one. */
function resultOf(
  { run, output }: Result,
  { receipt, hasAll }: { readonly receipt: boolean; readonly hasAll: boolean },
): Result {
  return { kind: 'result', run, receipt, ...(!hasAll && output !== undefined && { output }) }
}
