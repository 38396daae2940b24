/**
 * A part of the page whose code comes in a chunk of its own. Invariant: a chunk that could not be fetched (the server is
 * away) is asked for again when the part is tried again, and fails this part alone.
 */
import { type ComponentType, Suspense, use } from 'react'
import { t } from '../text/text.ts'
import { Boundary } from './Boundary.tsx'
import { PartProblem } from './PartProblem.tsx'

interface LazyPart<Props> {
  (props: Props): React.ReactNode
  /** Fetches the code, so that it is there when it is needed. Never rejects. */
  readonly preload: () => Promise<void>
}

const parts: { readonly preload: () => Promise<void> }[] = []

/** `load` answers the component; it is called again after a failure. */
export function lazyPart<Props extends object>(load: () => Promise<ComponentType<Props>>): LazyPart<Props> {
  let loading: Promise<ComponentType<Props>> | null = null
  let hasFailed = false
  // The failed promise stays until it is asked for again: rendering would else fetch without end.
  const loaded = (): Promise<ComponentType<Props>> => {
    if (loading !== null) return loading
    loading = load()
    loading.catch(() => {
      hasFailed = true
    })
    return loading
  }
  const forgetFailure = (): void => {
    if (hasFailed) loading = null
    hasFailed = false
  }
  const again = (retry: () => void): void => {
    forgetFailure()
    retry()
  }
  function Loaded(props: Props) {
    const Part = use(loaded())
    return <Part {...props} />
  }
  const part = (props: Props) => (
    <Boundary fallback={({ retry }) => <PartProblem isMissing={hasFailed} onRetry={() => again(retry)} />}>
      <Suspense fallback={<p className="history-note">{t('app.loading')}</p>}>
        <Loaded {...props} />
      </Suspense>
    </Boundary>
  )
  const preload = async (): Promise<void> => {
    forgetFailure()
    await loaded().catch(() => undefined)
  }
  const made = Object.assign(part, { preload })
  parts.push(made)
  return made
}

/** Fetches the code of all parts, one after the other, while the browser has nothing else to do. */
export async function preloadParts(): Promise<void> {
  for (const part of parts) {
    await idle()
    await part.preload()
  }
  performance.mark('yesterday:parts')
}

const idle = (): Promise<void> =>
  new Promise((resolve) => {
    if ('requestIdleCallback' in globalThis) requestIdleCallback(() => resolve(), { timeout: 2_000 })
    else setTimeout(resolve, 200)
  })
