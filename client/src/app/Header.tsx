/** The line above everything: where one is, how it looks, who one is. */
import type { Me } from '@yesterday/server/contract/http.ts'
import { useState } from 'react'
import { useMay } from '../api/use-may.ts'
import { isNotebook, navigate, type Route } from '../navigation/route.ts'
import { showSettings } from '../settings/settings-open.ts'
import { changeSetting } from '../settings/settings-store.ts'
import { chooseTheme, type ThemeChoice, themeChoices, useThemeChoice } from '../settings/theme.ts'
import { BASE } from '../state/base.ts'
import { locale } from '../text/locale.ts'
import { t } from '../text/text.ts'
import { Contrast, Monitor, Moon, PanelLeft, Settings2, Sun } from '../ui/icons.ts'
import { Menu, MenuItem } from '../ui/Menu.tsx'
import { Person } from './Person.tsx'
import { AuditLog } from './people/AuditLog.tsx'
import { Share } from './people/Share.tsx'

const themeIcon: Readonly<Record<ThemeChoice, typeof Sun>> = {
  system: Monitor,
  light: Sun,
  dark: Moon,
  contrastLight: Contrast,
  contrastDark: Contrast,
}

/** `title` is the open notebook's; null at home. */
export function Header(props: {
  readonly me: Me | null
  readonly route: Route
  readonly title: string | null
  readonly filesShown: boolean
  readonly onToggleFiles: () => void
}) {
  return (
    <header className="app-header">
      <button
        type="button"
        className="icon-button"
        aria-label={t(props.filesShown ? 'files.hide' : 'files.show')}
        title={t(props.filesShown ? 'files.hide' : 'files.show')}
        aria-expanded={props.filesShown}
        aria-controls="files"
        onClick={props.onToggleFiles}
      >
        <PanelLeft size={18} />
      </button>
      <Where me={props.me} route={props.route} title={props.title} />
      <div className="header-end">
        <Share route={props.route} />
        {props.me !== null && <Person me={props.me} />}
        <Appearance />
      </div>
    </header>
  )
}

function Where(props: { readonly me: Me | null; readonly route: Route; readonly title: string | null }) {
  const { route } = props
  return (
    <div className="where">
      <a
        className="where-project"
        href={`${BASE}/`}
        aria-label={props.me?.project ?? t('app.name')}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey) return
          event.preventDefault()
          navigate({ at: 'home' })
        }}
      >
        <Mark />
        <span>{props.me?.project ?? t('app.name')}</span>
      </a>
      {route.at === 'file' && (
        <>
          <span className="where-slash" aria-hidden="true">
            /
          </span>
          <span className="where-notebook" title={route.path}>
            {props.title ?? withoutEnding(route.path)}
          </span>
        </>
      )}
      {route.at === 'terminal' && props.title !== null && (
        <>
          <span className="where-slash" aria-hidden="true">
            /
          </span>
          <span className="where-notebook">{props.title}</span>
        </>
      )}
    </div>
  )
}

function withoutEnding(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return isNotebook(name) ? name.slice(0, -'.ipynb'.length) : name
}

/** The sign of the product: the day that is, and the one before it. */
function Mark() {
  return (
    <svg className="mark" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
      <circle cx="9" cy="12" r="6.25" className="mark-past" />
      <circle cx="15" cy="12" r="6.25" className="mark-now" />
    </svg>
  )
}

function Appearance() {
  const choice = useThemeChoice()
  const isOwner = useMay('owner')
  const [isLogOpen, setLogOpen] = useState(false)
  return (
    <>
      <Menu label={t('theme.label')} icon={<Settings2 size={18} />}>
        {themeChoices.map((theme) => {
          const Icon = themeIcon[theme]
          return (
            <MenuItem
              key={theme}
              icon={<Icon size={16} />}
              checked={theme === choice}
              onSelect={() => chooseTheme(theme)}
            >
              {t(`settings.theme.${theme}`)}
            </MenuItem>
          )
        })}
        <div className="menu-line" role="presentation" />
        <div className="menu-label" role="presentation">
          {t('language.label')}
        </div>
        {(['en', 'zh'] as const).map((language) => (
          <MenuItem
            key={language}
            checked={language === locale}
            onSelect={() => void changeSetting('person', 'language', language)}
          >
            {t(`language.${language}`)}
          </MenuItem>
        ))}
        <div className="menu-line" role="presentation" />
        <MenuItem onSelect={showSettings}>{t('settings.open')}</MenuItem>
        {isOwner && <MenuItem onSelect={() => setLogOpen(true)}>{t('audit.open')}</MenuItem>}
      </Menu>
      {isLogOpen && <AuditLog onClose={() => setLogOpen(false)} />}
    </>
  )
}
