/** "Share" in the header, for owners: the dialog that invites people and lists them. */

import type { GrantPlace } from '@yesterday/server/contract/grants.ts'
import { useState } from 'react'
import { useMay } from '../../api/use-may.ts'
import { parentOf } from '../../files/tree.ts'
import { isNotebook, type Route } from '../../navigation/route.ts'
import { t } from '../../text/text.ts'
import { Dialog } from '../../ui/Dialog.tsx'
import { UserPlus } from '../../ui/icons.ts'
import { ProblemBox } from '../../ui/Problem.tsx'
import './people.css'
import { useLoaded } from '../../api/use-loaded.ts'
import { AccessList } from './AccessList.tsx'
import { Invitations } from './Invitations.tsx'
import { Invite } from './Invite.tsx'
import { Members } from './Members.tsx'
import { PublicLinkList } from './PublicLinkList.tsx'
import { peopleApi } from './people-api.ts'
import { AllTokens } from './TokenList.tsx'

export function Share({ route }: { readonly route: Route }) {
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
      {isOpen && <ShareDialog route={route} onClose={() => setOpen(false)} />}
    </>
  )
}

function ShareDialog({ route, onClose }: { readonly route: Route; readonly onClose: () => void }) {
  const people = useLoaded(peopleApi.list)
  const places = placesOf(route)
  const [index, setIndex] = useState(0)
  const place = places[index] ?? null
  return (
    <Dialog title={t('share.title')} wide onClose={onClose}>
      {places.length > 1 && (
        <label className="share-place">
          {t('share.place')}
          <select className="field" value={index} onChange={(event) => setIndex(Number(event.target.value))}>
            {places.map((one, at) => (
              <option key={one?.kind ?? 'project'} value={at}>
                {one === null ? t('share.project') : t(`share.${one.kind}`, { name: one.path })}
              </option>
            ))}
          </select>
        </label>
      )}
      <Invite key={place?.path} place={place} onMade={people.again} />
      {place !== null && <AccessList key={place.path} place={place} />}
      {people.problem !== null && <ProblemBox problem={people.problem} onRetry={people.again} />}
      {people.value === null && people.problem === null && <p role="status">{t('app.loading')}</p>}
      {people.value !== null && (
        <>
          {place === null && <Members members={people.value.members} onChanged={people.again} />}
          <Invitations invitations={people.value.invitations} onChanged={people.take} />
          <PublicLinkList route={route} />
          {place === null && <AllTokens />}
        </>
      )}
    </Dialog>
  )
}

/** What can be shared from a page: the project (null), the folder of what is open, and the notebook. */
function placesOf(route: Route): readonly (GrantPlace | null)[] {
  if (route.at !== 'file') return [null]
  const { path } = route
  const folder = parentOf(path)
  return [
    null,
    ...(folder === '' ? [] : [{ kind: 'folder' as const, path: folder }]),
    ...(isNotebook(path) ? [{ kind: 'notebook' as const, path }] : []),
  ]
}
