/**
 * The shell: header, files at the left, and what the URL names. The notebook and other files arrive by their own chunks
 * after the shell has been painted; only this file knows all.
 */
import './bars.css'
import './shell.css'
import '../style/print.css'
import type { Me } from '@yesterday/server/contract/http.ts'
import { lazy, type ReactNode, Suspense, useCallback, useEffect, useRef, useState } from 'react'
import { FilePanel } from '../files/FilePanel.tsx'
import { isNotebook, type Route, routeUrl, useRoute } from '../navigation/route.ts'
import { beside, focusOtherSide, isPane, isSplit, mainShare, shownSide } from '../navigation/side.ts'
import { tabs as openTabs, routeOf, startTabs } from '../navigation/tabs.ts'
import { applySettings } from '../settings/apply.ts'
import { SettingsDialog } from '../settings/SettingsDialog.tsx'
import { loadSettings } from '../settings/settings-store.ts'
import { startTheme } from '../settings/theme.ts'
import { BASE } from '../state/base.ts'
import { useWatched } from '../state/use-watched.ts'
import { t } from '../text/text.ts'
import { Boundary } from '../ui/Boundary.tsx'
import { Notices } from '../ui/Notices.tsx'
import { ProblemBox } from '../ui/Problem.tsx'
import { useDrawer } from './drawer.ts'
import { Header } from './Header.tsx'
import { HistoryBar } from './HistoryBar.tsx'
import { Home } from './Home.tsx'
import { placeName } from './place-name.ts'
import { RunPage } from './RunPage.tsx'
import { Beside } from './split/Beside.tsx'
import { SideSwitch } from './split/SideSwitch.tsx'
import { usePane } from './split/use-pane.ts'
import { TrustBar } from './TrustBar.tsx'
import { hasStrip, TabStrip } from './tabs/TabStrip.tsx'
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
startTabs()

/** The whole page; the second of two sides has no header, files and tabs of its own. */
export function App() {
  const route = useRoute()
  const { me, problem, retry } = useMe()
  useSettings(me !== null)
  usePane(route)
  useSideKey()
  const [title, setTitle] = useState<string | null>(null)
  const shownTitle = route.at === 'home' ? null : title
  useTitle(shownTitle)

  if (problem?.code === 'login') return <LoginNeeded hint={problem.hint} message={problem.message} />
  const content = (
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
  )
  return isPane ? (
    <div className="shell shell-pane">
      {content}
      <SettingsDialog />
      <Notices />
    </div>
  ) : (
    <Shell {...{ me, route, title: shownTitle }}>{content}</Shell>
  )
}

/** What is around the main side. */
function Shell(props: {
  readonly me: Me | null
  readonly route: Route
  readonly title: string | null
  readonly children: ReactNode
}) {
  const { me, route, title } = props
  const drawer = useDrawer()
  const tabs = useWatched(openTabs, (all) => all)
  const place = useWatched(beside, (at) => at)
  const side = useWatched(shownSide, (now) => now)
  const share = useWatched(mainShare, (percent) => percent)
  const focusMain = useMainFocus()
  const url = routeUrl(route)
  const hasTabs = hasStrip(tabs, url)
  return (
    <div
      className="shell"
      data-files={drawer.shown}
      data-tabs={hasTabs}
      data-side={place === null ? undefined : side}
      style={{ '--main-part': `${share}fr`, '--beside-part': `${100 - share}fr` }}
    >
      <a className="skip" href="#main">
        {t('app.skip')}
      </a>
      <Header {...{ me, route, title, filesShown: drawer.shown, onToggleFiles: drawer.toggle }} />
      <div className="app-bars">
        <HistoryBar />
        <TrustBar />
      </div>
      <FilePanel
        selected={route.at === 'file' ? route.path : null}
        shown={drawer.shown}
        onPicked={drawer.picked}
      />
      <button
        type="button"
        className="drawer-scrim"
        tabIndex={-1}
        aria-hidden="true"
        onClick={drawer.toggle}
      />
      {hasTabs && <TabStrip tabs={tabs} shown={url} />}
      {place !== null && (
        <SideSwitch names={{ main: placeName(route), beside: placeName(routeOf(place.url)) }} />
      )}
      {props.children}
      {place !== null && <Beside place={place} main={url} onMainFocus={focusMain} />}
      <SettingsDialog />
      <Notices />
    </div>
  )
}

/** F6 goes to the other side, wherever the focus is. */
function useSideKey(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const isModified = event.ctrlKey || event.metaKey || event.altKey || event.shiftKey
      if (event.key !== 'F6' || isModified || event.defaultPrevented || !isSplit()) return
      event.preventDefault()
      focusOtherSide()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
}

/** Puts the focus where it was last outside of the frame. */
function useMainFocus(): () => void {
  const last = useRef<HTMLElement | null>(null)
  useEffect(() => {
    const onFocus = ({ target }: FocusEvent): void => {
      if (target instanceof HTMLElement && target.closest('.beside') === null) last.current = target
    }
    document.addEventListener('focusin', onFocus)
    return () => document.removeEventListener('focusin', onFocus)
  }, [])
  return useCallback(() => {
    const target = last.current?.isConnected === true ? last.current : document.getElementById('main')
    window.focus()
    target?.focus({ preventScroll: true })
  }, [])
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
        <a className="button button-primary" href={`${BASE}/sign-in`} target={isPane ? '_top' : undefined}>
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
