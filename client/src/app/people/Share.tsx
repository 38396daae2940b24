/** "Share" in the header, for owners: the dialog that invites people and lists them. */
import { useState } from 'react'
import { useMay } from '../../api/use-may.ts'
import { t } from '../../text/text.ts'
import { Dialog } from '../../ui/Dialog.tsx'
import { UserPlus } from '../../ui/icons.ts'
import { ProblemBox } from '../../ui/Problem.tsx'
import './people.css'
import { Invitations } from './Invitations.tsx'
import { Invite } from './Invite.tsx'
import { Members } from './Members.tsx'
import { peopleApi } from './people-api.ts'
import { useLoaded } from './useLoaded.ts'

export function Share() {
  const isOwner = useMay('owner')
  const [isOpen, setOpen] = useState(false)
  if (!isOwner) return null
  return (
    <>
      <button
        type="button"
        className="button button-small share-button"
        aria-haspopup="dialog"
        aria-label={t('share.open')}
        title={t('share.open')}
        onClick={() => setOpen(true)}
      >
        <UserPlus size={16} aria-hidden="true" />
        <span>{t('share.open')}</span>
      </button>
      {isOpen && <ShareDialog onClose={() => setOpen(false)} />}
    </>
  )
}

function ShareDialog({ onClose }: { readonly onClose: () => void }) {
  const people = useLoaded(peopleApi.list)
  return (
    <Dialog title={t('share.title')} wide onClose={onClose}>
      <Invite onMade={people.again} />
      {people.problem !== null && <ProblemBox problem={people.problem} onRetry={people.again} />}
      {people.value === null && people.problem === null && <p role="status">{t('app.loading')}</p>}
      {people.value !== null && (
        <>
          <Members members={people.value.members} onChanged={people.again} />
          <Invitations invitations={people.value.invitations} onChanged={people.take} />
        </>
      )}
    </Dialog>
  )
}
