// @vitest-environment happy-dom
/** The form of a sweep: rows of parameters, how many trials they are, numbers that are none, and what is sent. */
import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { describe, expect, test, vi } from 'vitest'
import { FAILURE, type FixtureCell, PENDING } from '../gallery/fixture.ts'
import { SweepForm } from '../src/panels/sweeps/SweepForm.tsx'
import { t } from '../src/text/text.ts'
import { noting, type Sent, staged } from './staged.tsx'

const user = userEvent.setup()
const { enter } = staged()

async function form(
  answer: unknown = PENDING,
  cells: readonly FixtureCell[] = [{ id: 'a', source: 'lr = 0.1\nepochs = 5' }],
) {
  const sent: Sent[] = []
  const onStarted = vi.fn()
  await enter({ cells }, () => <SweepForm parallel={2} onStarted={onStarted} />, {
    '/api/notebooks/': noting(sent, (_: unknown, method: string) => (method === 'POST' ? answer : FAILURE)),
  })
  const posts = () => sent.filter(([method]) => method === 'POST').map(([, , body]) => body)
  return { onStarted, posts }
}
const names = () => screen.getAllByLabelText<HTMLInputElement>(t('sweeps.parameter'))
const values = () => screen.getAllByLabelText<HTMLInputElement>(t('sweeps.values'))
const start = () => screen.getByRole<HTMLButtonElement>('button', { name: t('sweeps.start') })
const status = () => screen.getByRole('status').textContent
const trials = (count: number) => t('sweeps.trials', { count })
const random = () => user.click(screen.getByLabelText(t('sweeps.random')))
const fill = async (row: number, name: string, text: string): Promise<void> => {
  const [field, list] = [names()[row], values()[row]]
  if (field === undefined || list === undefined) return expect.fail(`no row ${row}`)
  await user.clear(field)
  await user.type(field, name)
  await user.type(list, text)
}

describe('rows', () => {
  test('the first is for the first parameter that the notebook has, with its value', async () => {
    await form()
    expect(names().map(({ value }) => value)).toEqual(['lr'])
    expect(document.body.textContent).toContain(t('sweeps.now', { value: '0.1' }))
    expect([...document.querySelectorAll('datalist option')].map((one) => one.getAttribute('value'))).toEqual(
      ['lr', 'epochs'],
    )
  })

  test('a notebook without one begins with an empty row', async () => {
    await form(PENDING, [{ id: 'a', source: 'print(1)' }])
    expect(names().map(({ value }) => value)).toEqual([''])
    expect(start().disabled).toBe(true)
  })

  test('are added and removed, each with its own text; one stays', async () => {
    await form()
    await fill(0, 'lr', '1, 2')
    await user.click(screen.getByRole('button', { name: t('sweeps.add') }))
    await fill(1, 'epochs', '1, 2, 3')
    expect(status()).toBe(trials(6))
    await user.click(screen.getByRole('button', { name: t('sweeps.removeN', { n: 1 }) }))
    expect(names().map(({ value }) => value)).toEqual(['epochs'])
    expect(status()).toBe(trials(3))
    expect(screen.queryByRole('button', { name: t('sweeps.removeN', { n: 1 }) })).toBeNull()
  })

  test('a name that is there twice cannot start', async () => {
    await form()
    await fill(0, 'lr', '1')
    await user.click(screen.getByRole('button', { name: t('sweeps.add') }))
    await fill(1, 'lr', '2')
    expect([status(), start().disabled]).toEqual([t('sweeps.notYet'), true])
  })

  test.each([
    ['a call', 'f(x)'],
    ['an import', '__import__("os")'],
    ['a comma alone', ','],
    ['an open string', '"a'],
    ['two lines', '1; x = 2'],
  ])('%s is no value', async (_, text) => {
    await form()
    await fill(0, 'lr', text)
    expect([values()[0]?.getAttribute('aria-invalid'), start().disabled]).toEqual(['true', true])
  })
})

describe('which trials', () => {
  test('a grid that is too large cannot start', async () => {
    await form()
    await fill(0, 'lr', Array.from({ length: 60 }, (_, n) => n).join(','))
    await user.click(screen.getByRole('button', { name: t('sweeps.add') }))
    await fill(1, 'epochs', Array.from({ length: 60 }, (_, n) => n).join(','))
    expect([status(), start().disabled]).toEqual([t('sweeps.notYet'), true])
  })

  test('draws are as many as are wished, and no more than there are', async () => {
    await form()
    await fill(0, 'lr', '1, 2, 3')
    await random()
    expect(status()).toBe(trials(3))
    const draws = screen.getByLabelText(t('sweeps.draws'))
    await user.clear(draws)
    await user.type(draws, '2')
    expect(status()).toBe(trials(2))
    await user.clear(draws)
    await user.type(draws, '0')
    expect(start().disabled).toBe(true)
  })

  test('a seed that is none counts only for draws', async () => {
    await form()
    await fill(0, 'lr', '1, 2, 3')
    await random()
    await user.type(screen.getByLabelText(t('sweeps.seed')), '1.5')
    expect(start().disabled).toBe(true)
    await user.click(screen.getByLabelText(t('sweeps.grid')))
    expect(screen.queryByLabelText(t('sweeps.seed'))).toBeNull()
    expect([status(), start().disabled]).toEqual([trials(3), false])
  })
})

describe('starting', () => {
  test('sends what is written, without spaces around it', async () => {
    const { posts } = await form()
    await fill(0, ' lr ', ' 1, 2 ')
    await user.type(screen.getByLabelText(t('sweeps.parallel')), '4')
    await user.type(screen.getByLabelText(t('sweeps.stopWhen')), ' acc > 0.9 ')
    await user.click(start())
    expect(posts()).toEqual([
      {
        parameters: [{ name: 'lr', values: '1, 2' }],
        ...{ random: null, seed: null, parallel: 4, stopWhen: 'acc > 0.9' },
      },
    ])
  })

  test('two presses start one', async () => {
    const { posts } = await form()
    await fill(0, 'lr', '1')
    await user.click(start())
    expect(start().disabled).toBe(true)
    await user.click(start())
    expect(posts()).toHaveLength(1)
  })

  test('a refusal keeps the form, with the reason', async () => {
    const { onStarted } = await form(FAILURE)
    await fill(0, 'lr', '1, 2')
    await user.click(start())
    expect((await screen.findByRole('alert')).textContent).toContain(FAILURE.message)
    await waitFor(() => expect(start().disabled).toBe(false))
    expect([values()[0]?.value, onStarted.mock.calls.length]).toEqual(['1, 2', 0])
  })
})
