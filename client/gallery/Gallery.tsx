/** The list of components, and the states of the chosen one: each in a frame of its own, as wide as a page or a phone. */
import { useEffect, useState } from 'react'
import { chooseTheme, themeChoices, useThemeChoice } from '../src/settings/theme.ts'
import { chooseLocale, locale } from '../src/text/locale.ts'
import { FIXTURES } from './fixtures.ts'

const PHONE = 390

const chosen = (): string => location.hash.slice(1) || (FIXTURES[0]?.component ?? '')

export function Gallery() {
  const [component, setComponent] = useState(chosen)
  const [isPhone, setPhone] = useState(false)
  useEffect(() => {
    const follow = (): void => setComponent(chosen())
    addEventListener('hashchange', follow)
    return () => removeEventListener('hashchange', follow)
  }, [])
  const fixture = FIXTURES.find((one) => one.component === component)
  return (
    <div className="gallery">
      <nav aria-label="Components">
        {FIXTURES.map((one) => (
          <a key={one.component} href={`#${one.component}`} aria-current={one.component === component}>
            {one.component} <small>{Object.keys(one.states).length}</small>
          </a>
        ))}
      </nav>
      <main>
        <header>
          <h1>{component}</h1>
          <Choices isPhone={isPhone} onPhone={setPhone} />
        </header>
        {Object.keys(fixture?.states ?? {}).map((state) => (
          <figure key={`${component}/${state}`}>
            <figcaption>
              <a href={`/gallery?state=${component}/${state}`}>{state}</a>
            </figcaption>
            <iframe
              title={`${component}: ${state}`}
              src={`/gallery?state=${component}/${state}`}
              loading="lazy"
              style={{ width: isPhone ? PHONE : '100%' }}
            />
          </figure>
        ))}
      </main>
    </div>
  )
}

function Choices(props: { readonly isPhone: boolean; readonly onPhone: (is: boolean) => void }) {
  const theme = useThemeChoice()
  return (
    <div className="gallery-choices">
      <label>
        Theme{' '}
        <select
          value={theme}
          onChange={(event) => {
            const next = themeChoices.find((one) => one === event.target.value)
            if (next === undefined) return
            chooseTheme(next)
            // Frames take it as they start.
            location.reload()
          }}
        >
          {themeChoices.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </label>
      <label>
        Language{' '}
        <select value={locale} onChange={(event) => chooseLocale(event.target.value === 'zh' ? 'zh' : 'en')}>
          <option value="en">English</option>
          <option value="zh">中文</option>
        </select>
      </label>
      <label>
        <input
          type="checkbox"
          checked={props.isPhone}
          onChange={(event) => props.onPhone(event.target.checked)}
        />{' '}
        Phone
      </label>
    </div>
  )
}
