/** The question in a notebook that names a kernel which is not here: what there is instead, and how to install it. */

import { metadataOf, metaOf } from '@yesterday/server/contract/document.ts'
import type { KernelSpecs } from '@yesterday/server/contract/http.ts'
import { installCommand, type NamedKernel, namedKernel } from '@yesterday/server/contract/kernelspec.ts'
import { useEffect, useState, useSyncExternalStore } from 'react'
import { api } from '../api/api.ts'
import { useWatched } from '../state/use-watched.ts'
import { t } from '../text/text.ts'
import { mayRun } from './command.ts'
import type { Notebook } from './notebook.ts'

/** More are in the kernel menu. */
const OFFERED = 4

/** Nothing while a kernel is there, or while the one that the notebook names is installed. The answer goes into its metadata. */
export function KernelQuestion({ notebook }: { readonly notebook: Notebook }) {
  const named = useNamedKernel(notebook)
  const state = useWatched(notebook.shownSession, (view) => view.kernel.state)
  const specs = useSpecs(named?.name ?? null)
  if (!mayRun(notebook)) return null
  if (named === null || specs === null || (state !== 'none' && state !== 'dead')) return null
  if (specs.some(({ name }) => name === named.name.toLowerCase())) return null
  const command = installCommand(named)
  return (
    <section className="notebook-banner kernel-question" aria-label={t('kernel.choose')}>
      <div>
        <p>
          <strong>{t('kernel.missing', { name: named.displayName })}</strong>{' '}
          {t(specs.length === 0 ? 'kernel.missingAll' : 'kernel.missingHint')}
        </p>
        {command !== null && (
          <p className="kernel-install">
            {t('kernel.install')} <code>{command}</code>
          </p>
        )}
      </div>
      <div className="kernel-choices">
        {specs.slice(0, OFFERED).map(({ name, displayName }) => (
          <button
            key={name}
            type="button"
            className="button"
            onClick={() => notebook.command({ type: 'start', spec: name })}
          >
            {t('kernel.use', { name: displayName })}
          </button>
        ))}
      </div>
    </section>
  )
}

function useNamedKernel({ doc }: Notebook): NamedKernel | null {
  const text = useSyncExternalStore(
    (changed) => {
      metaOf(doc).observeDeep(changed)
      return () => metaOf(doc).unobserveDeep(changed)
    },
    () => JSON.stringify(namedKernel(metadataOf(doc)?.toJSON())),
  )
  return JSON.parse(text)
}

/** What is installed; null until it is known. Asked again for another name. */
function useSpecs(name: string | null): KernelSpecs['specs'] | null {
  const [specs, setSpecs] = useState<KernelSpecs['specs'] | null>(null)
  useEffect(() => {
    if (name === null) return
    const gone = new AbortController()
    void api.kernelspecs(gone.signal).then((found) => {
      if (!gone.signal.aborted && found.ok && found.value.problems.length === 0) setSpecs(found.value.specs)
    })
    return () => gone.abort()
  }, [name])
  return specs
}
