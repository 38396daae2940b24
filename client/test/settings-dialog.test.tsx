// @vitest-environment happy-dom
/** The dialog of settings: search, scopes, each kind of control, bad values, damaged files, and who may change what. */
import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import {
  type ScopedSettings,
  SETTING_IDS,
  type SettingId,
  type SettingsState,
  settingInfo,
} from '@yesterday/server/contract/settings.ts'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { FAILURE, PENDING, UNREACHABLE } from '../gallery/fixture.ts'
import { loadMe } from '../src/api/me-store.ts'
import { applySettings } from '../src/settings/apply.ts'
import { setNotifications, showNotification, switchNotifications } from '../src/settings/notifications.ts'
import { SettingsDialog } from '../src/settings/SettingsDialog.tsx'
import { hideSettings, showSettings } from '../src/settings/settings-open.ts'
import { loadSettings, settings } from '../src/settings/settings-store.ts'
import { t } from '../src/text/text.ts'
import { Notices } from '../src/ui/Notices.tsx'
import { noting, type Sent, staged } from './staged.tsx'

const user = userEvent.setup()
const { enter } = staged()

const file = (path: string, more: Partial<ScopedSettings> = {}): ScopedSettings => ({
  ...{ path, values: {}, problems: [], damaged: null },
  ...more,
})
interface Setup {
  readonly person?: Partial<ScopedSettings>
  readonly project?: Partial<ScopedSettings>
  readonly role?: 'owner' | 'viewer'
  /** Instead of an answer with the settings. */
  readonly answer?: unknown
}

/** A server that keeps what is set. */
async function dialog({ person, project, role = 'owner', answer }: Setup = {}) {
  const sent: Sent[] = []
  let state: SettingsState = {
    person: file('settings.json', person),
    project: file('yesterday.json', project),
  }
  const put = (body: unknown, method: string, url: string): unknown => {
    if (answer !== undefined) return typeof answer === 'function' ? answer() : answer
    const [, scope, id = ''] = /settings\/(person|project)(?:\/(\w+))?/.exec(url) ?? []
    if (scope !== 'person' && scope !== 'project') return state
    if (method === 'DELETE') state = { ...state, [scope]: file(state[scope].path) }
    else {
      const { value } = Object(body)
      const { [id]: _, ...rest } = state[scope].values
      const values = value === null ? rest : { ...rest, [id]: value }
      const problems = state[scope].problems.filter((one) => one.id !== id)
      state = { ...state, [scope]: { ...state[scope], values, problems } }
    }
    return state
  }
  const drawn = (
    <>
      <SettingsDialog />
      <Notices />
    </>
  )
  await enter(undefined, () => drawn, {
    '/api/settings': noting(sent, put),
    '/api/me': {
      ...{
        actor: { id: 'ada', name: 'Ada' },
        color: '#0b7285',
        isNamed: true,
        hasPassword: false,
        hasPasskey: false,
      },
      ...{
        provider: null,
        decidesRole: false,
        signOutUrl: null,
        role,
        owners: [],
        project: 'p',
        version: '0',
      },
    },
  })
  await loadMe()
  showSettings()
  await screen.findByRole('dialog', { name: t('settings.title') })
  if (answer === undefined) await screen.findByText(/settings\.json/)
  const changes = () =>
    sent.filter(([method]) => method !== 'GET').map(([, url, body]) => [url, Object(body).value])
  return { sent, changes }
}
beforeEach(() => localStorage.clear())
afterEach(async () => {
  hideSettings()
  vi.stubGlobal('fetch', async () => Response.json({ person: file('a'), project: file('b') }))
  await loadSettings()
  vi.unstubAllGlobals()
})

const control = <Element extends HTMLElement>(id: SettingId, role: string): Element =>
  screen.getByRole<Element>(role, { name: t(`settings.${id}`) })
const shown = (): number => document.querySelectorAll('.setting').length
const ofScope = (scope: 'person' | 'project'): number =>
  SETTING_IDS.filter((id) => settingInfo(id).scopes.includes(scope)).length
const toProject = () => user.click(screen.getByRole('radio', { name: t('settings.project') }))

describe('which are shown', () => {
  test('those of the person, or of the project', async () => {
    await dialog()
    expect(shown()).toBe(ofScope('person'))
    await toProject()
    expect(shown()).toBe(ofScope('project'))
    expect(document.body.textContent).toContain('yesterday.json')
  })

  test('a search finds names, hints and choices, in any order and case', async () => {
    await dialog()
    const field = screen.getByRole('searchbox')
    await user.type(field, 'CODESIZE')
    expect(shown()).toBe(1)
    await user.clear(field)
    await user.type(field, 'vim')
    expect(screen.getByRole('combobox', { name: t('settings.keyMap') })).toBeTruthy()
    await user.clear(field)
    await user.type(field, 'keymap VIM')
    expect(shown()).toBe(1)
    await user.clear(field)
    await user.type(field, 'xyzzy')
    expect([shown(), screen.getByText(t('settings.none')).getAttribute('role')]).toEqual([0, 'status'])
  })

  test('Ctrl-comma opens it', async () => {
    await dialog()
    hideSettings()
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    await user.keyboard('{Control>},{/Control}')
    expect(await screen.findByRole('dialog')).toBeTruthy()
  })
})

describe('changing', () => {
  test('a switch counts at once', async () => {
    const { changes } = await dialog()
    await user.click(control('lineNumbers', 'checkbox'))
    expect(settings.get().lineNumbers).toBe(true)
    await waitFor(() => expect(changes()).toEqual([['/api/settings/person/lineNumbers', true]]))
  })

  test('a choice', async () => {
    const { changes } = await dialog()
    await user.selectOptions(control('readingWidth', 'combobox'), 'wide')
    expect(settings.get().readingWidth).toBe('wide')
    expect(changes()).toEqual([['/api/settings/person/readingWidth', 'wide']])
  })

  test('a number counts when it is left or entered, and nothing is sent before', async () => {
    const { changes } = await dialog()
    const field = control<HTMLInputElement>('codeSize', 'spinbutton')
    await user.clear(field)
    await user.type(field, '18')
    expect(changes()).toEqual([])
    await user.keyboard('{Enter}')
    expect(settings.get().codeSize).toBe(18)
    await user.tab()
    expect(changes()).toEqual([['/api/settings/person/codeSize', 18]])
  })

  test('a number that is emptied stays', async () => {
    const { changes } = await dialog({ person: { values: { codeSize: 16 } } })
    await user.clear(control('codeSize', 'spinbutton'))
    await user.tab()
    expect([changes(), settings.get().codeSize]).toEqual([[], 16])
  })

  test('a value is reset to what the project says', async () => {
    const { changes } = await dialog({
      person: { values: { wrap: false } },
      project: { values: { wrap: true } },
    })
    expect(settings.get().wrap).toBe(false)
    await user.click(
      screen.getByRole('button', { name: t('settings.resetName', { name: t('settings.wrap') }) }),
    )
    await waitFor(() => expect(settings.get().wrap).toBe(true))
    expect(changes()).toEqual([['/api/settings/person/wrap', null]])
    expect(await screen.findByText(t('settings.fromProject'))).toBeTruthy()
  })

  test('the project’s value is its own, whatever the person has', async () => {
    const { changes } = await dialog({ person: { values: { wrap: true } } })
    await toProject()
    expect(control<HTMLInputElement>('wrap', 'checkbox').checked).toBe(false)
    await user.click(control('wrap', 'checkbox'))
    expect(changes()).toEqual([['/api/settings/project/wrap', true]])
  })
})

describe('what is not as it should be', () => {
  test('a value that the file has and that is none is shown, and can be reset', async () => {
    const problems = [{ id: 'codeSize', value: '400', why: 'It is too big.' }]
    await dialog({ person: { problems } })
    expect((await screen.findByRole('alert')).textContent).toContain('400')
    await user.click(
      screen.getByRole('button', { name: t('settings.resetName', { name: t('settings.codeSize') }) }),
    )
    await waitFor(() => expect(screen.queryByRole('alert')).toBeNull())
  })

  test('a damaged file is put aside by a press', async () => {
    const { sent } = await dialog({ person: { damaged: 'It is not JSON.' } })
    const alert = await screen.findByRole('alert')
    expect(alert.textContent).toContain('It is not JSON.')
    await user.click(within(alert).getByRole('button', { name: t('settings.discard') }))
    await waitFor(() => expect(screen.queryByRole('alert')).toBeNull())
    expect(sent.at(-1)?.slice(0, 2)).toEqual(['DELETE', '/api/settings/person'])
  })

  test.each([
    ['a failure', FAILURE, FAILURE.message],
    ['no server', UNREACHABLE, t('problem.unreachable')],
  ] as const)('%s is said, and what the browser remembers counts', async (_, answer, words) => {
    await dialog({ answer })
    expect((await screen.findByRole('alert')).textContent).toContain(words)
    expect(shown()).toBe(ofScope('person'))
    await user.click(control('lineNumbers', 'checkbox'))
    expect(settings.get().lineNumbers).toBe(true)
  })

  test('before an answer there are the values that count', async () => {
    await dialog({ answer: PENDING })
    expect(shown()).toBe(ofScope('person'))
  })

  test('a reader sees the settings of the project and changes none of them', async () => {
    const { changes } = await dialog({ role: 'viewer', project: { values: { wrap: true } } })
    await toProject()
    expect(screen.getByRole('note').textContent).toBe(t('settings.readOnly'))
    expect(control<HTMLInputElement>('wrap', 'checkbox').disabled).toBe(true)
    await user.click(control('wrap', 'checkbox'))
    expect(
      screen.queryByRole('button', { name: t('settings.resetName', { name: t('settings.wrap') }) }),
    ).toBeNull()
    expect(changes()).toEqual([])
  })
})

describe('what they change on the page', () => {
  test('sizes, fonts and width are variables, which the defaults take away again', async () => {
    await dialog()
    applySettings()
    const { style, dataset } = document.documentElement
    const size = control<HTMLInputElement>('codeSize', 'spinbutton')
    await user.clear(size)
    await user.type(size, '20{Enter}')
    await user.type(control('codeFont', 'textbox'), 'Fira Code{Enter}')
    await user.selectOptions(control('readingWidth', 'combobox'), 'full')
    await user.click(control('wrap', 'checkbox'))
    const variables = ['--code-size', '--code-line', '--font-code', '--measure']
    const values = () => variables.map((name) => style.getPropertyValue(name))
    expect(values()).toEqual(['20px', '30px', 'Fira Code, var(--font-mono)', 'none'])
    expect(dataset.wrap).toBe('true')
    for (const id of ['codeSize', 'codeFont', 'readingWidth'] as const)
      await user.click(
        screen.getByRole('button', { name: t('settings.resetName', { name: t(`settings.${id}`) }) }),
      )
    await waitFor(() => expect(values()).toEqual(['', '', '', '']))
  })
})

describe('notifications of the system', () => {
  const allowed = (answer: string, shownOnes: unknown[] = []) =>
    vi.stubGlobal(
      'Notification',
      class {
        static permission = answer
        static requestPermission = async () => answer
        close = () => undefined
        constructor(title: string, options: unknown) {
          shownOnes.push([title, options])
        }
      },
    )

  test('are switched on where the browser allows it', async () => {
    await dialog()
    allowed('granted')
    expect(await setNotifications(true)).toBe('on')
    expect(settings.get().notifications).toBe(true)
    expect(await switchNotifications()).toBe('off')
    expect(settings.get().notifications).toBe(false)
  })

  test('stay off where it refuses, or has none', async () => {
    await dialog()
    allowed('denied')
    await user.click(control('notifications', 'checkbox'))
    expect(await screen.findByText(t('notifications.refused'))).toBeTruthy()
    vi.stubGlobal('Notification', undefined)
    expect(await setNotifications(true)).toBe('missing')
    expect(settings.get().notifications).toBe(false)
  })

  test('are shown only while the page is not looked at', async () => {
    await dialog()
    const all: unknown[] = []
    allowed('granted', all)
    await setNotifications(true)
    const hidden = vi.spyOn(document, 'hidden', 'get').mockReturnValue(false)
    showNotification('Done', 'a.ipynb', 'run')
    expect(all).toEqual([])
    hidden.mockReturnValue(true)
    showNotification('Done', 'a.ipynb', 'run')
    expect(all).toEqual([['Done', { body: 'a.ipynb', tag: 'run' }]])
  })

  test('a browser that refuses to make one breaks nothing', async () => {
    await dialog()
    allowed('granted')
    await setNotifications(true)
    vi.spyOn(document, 'hidden', 'get').mockReturnValue(true)
    vi.stubGlobal(
      'Notification',
      Object.assign(() => undefined, { permission: 'granted' }),
    )
    expect(() => showNotification('Done', '', 'run')).not.toThrow()
  })
})
