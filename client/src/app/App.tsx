/**
 * The shell: header, files at the left, and what the URL names. The notebook and other files arrive by their own chunks
 * after the shell has been painted; only this file knows all.
 */
import './bars.css'
import './shell.css'
import '../style/print.css'
import { lazy, Suspense, useEffect, useState } from 'react'
import { FilePanel } from '../files/FilePanel.tsx'
import { isNotebook, type Route, routeUrl, useRoute } from '../navigation/route.ts'
import { applySettings } from '../settings/apply.ts'
import { SettingsDialog } from '../settings/SettingsDialog.tsx'
import { loadSettings } from '../settings/settings-store.ts'
import { startTheme } from '../settings/theme.ts'
import { BASE } from '../state/base.ts'
import { t } from '../text/text.ts'
import { Boundary } from '../ui/Boundary.tsx'
import { Notices } from '../ui/Notices.tsx'
import { ProblemBox } from '../ui/Problem.tsx'
import { useDrawer } from './drawer.ts'
import { Header } from './Header.tsx'
import { HistoryBar } from './HistoryBar.tsx'
import { Home } from './Home.tsx'
import { RunPage } from './RunPage.tsx'
import { TrustBar } from './TrustBar.tsx'
import { useMe } from './useMe.ts'

const NotebookPage = lazy(async () => {
  const { NotebookPage } = await import('../notebook/NotebookPage.tsx')
  return { default: NotebookPage }
})

const FilePage = lazy(async () => {
  const { FilePage } = await import('../file/FilePage.tsx')
  return { default: FilePage }
})

const TerminalPage = lazy(async () => {
  const { TerminalPage } = await import('../terminals/TerminalPage.tsx')
  return { default: TerminalPage }
})

startTheme()
applySettings()

/** The whole page. */
export function App() {
  const route = useRoute()
  const { me, problem, retry } = useMe()
  const drawer = useDrawer()
  useSettings(me !== null)
  const [title, setTitle] = useState<string | null>(null)
  const path = route.at === 'file' ? route.path : null
  const shownTitle = route.at === 'home' ? null : title
  useTitle(shownTitle)

  if (problem?.code === 'login') return <LoginNeeded hint={problem.hint} message={problem.message} />
  return (
    <div className="shell" data-files={drawer.shown}>
      <a className="skip" href="#main">
        {t('app.skip')}
      </a>
      <Header
        me={me}
        route={route}
        title={shownTitle}
        filesShown={drawer.shown}
        onToggleFiles={drawer.toggle}
      />
      <div className="app-bars">
        <HistoryBar />
        <TrustBar />
      </div>
      <FilePanel selected={path} shown={drawer.shown} onPicked={drawer.picked} />
      <button
        type="button"
        className="drawer-scrim"
        tabIndex={-1}
        aria-hidden="true"
        onClick={drawer.toggle}
      />
      <main id="main" className="app-main" tabIndex={-1}>
        {problem !== null && (
          <div className="boundary">
            <ProblemBox problem={problem} onRetry={retry} />
          </div>
        )}
        <Boundary healOn={routeUrl(route)}>
          <Suspense fallback={<NotebookSkeleton />}>
            <Place route={route} onTitle={setTitle} />
          </Suspense>
        </Boundary>
      </main>
      <SettingsDialog />
      <Notices />
    </div>
  )
}

/** Settings are asked for when the page starts, and when a person comes back to it. */
function useSettings(isKnown: boolean): void {
  useEffect(() => {
    if (!isKnown) return
    const load = (): void => void loadSettings()
    load()
    addEventListener('focus', load)
    return () => removeEventListener('focus', load)
  }, [isKnown])
}

function Place(props: { readonly route: Route; readonly onTitle: (title: string) => void }) {
  const { route } = props
  if (route.at === 'home') return <Home />
  if (route.at === 'run') return <RunPage key={route.run} run={route.run} />
  if (route.at === 'terminal') return <TerminalPage name={route.name} onTitle={props.onTitle} />
  if (!isNotebook(route.path)) return <FilePage path={route.path} onTitle={props.onTitle} />
  return <NotebookPage path={route.path} onTitle={props.onTitle} />
}

/** A placeholder until the notebook's code is loaded: the shape of cells, so that nothing jumps. */
export function NotebookSkeleton() {
  return (
    <div className="notebook-skeleton" role="status" aria-label={t('app.loading')}>
      {[56, 92, 140, 92].map((height, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a fixed list
        <div key={index} className="skeleton" style={{ height }} />
      ))}
    </div>
  )
}

function LoginNeeded(props: { readonly message: string; readonly hint: string | null }) {
  return (
    <main className="login">
      <h1>{t('app.name')}</h1>
      <ProblemBox problem={props} />
      <p>
        <a className="button button-primary" href={`${BASE}/sign-in`}>
          {t('account.signIn')}
        </a>
      </p>
    </main>
  )
}

function useTitle(title: string | null): void {
  useEffect(() => {
    document.title = title === null ? t('app.name') : `${title} · ${t('app.name')}`
  }, [title])
}
