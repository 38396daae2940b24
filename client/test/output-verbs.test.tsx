// @vitest-environment happy-dom
/** What leads from an output elsewhere: it follows the run that is recorded after the output was drawn. */
import { screen } from '@testing-library/react'
import { act, memo } from 'react'
import { expect, test } from 'vitest'
import { loadMe } from '../src/api/me-store.ts'
import { OutputVerbs } from '../src/panels/past/stale/OutputVerbs.tsx'
import { t } from '../src/text/text.ts'
import { staged } from './staged.tsx'

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })

const stages = staged()
/** As in a cell: drawn again only for what it watches itself. */
const Once = memo(() => <OutputVerbs cell="fit" index={0} />)

test('an output whose run is recorded later can be shared then', async () => {
  const stage = await stages.enter({ cells: [{ id: 'fit' }] }, () => <Once />)
  await act(async () => void (await loadMe()))
  expect(screen.queryByRole('button', { name: t('public.copy') })).toBeNull()
  const ended = { outcome: 'ok', started: null, ended: '2026-01-01T00:00:00.000Z', durationMs: 1 } as const
  act(() =>
    stage.notebook.session.recorded.emit({
      ...{ type: 'recorded', run: 'r1', cell: 'fit', actor: { id: 'ada', name: 'Ada' } },
      ...ended,
    }),
  )
  expect(screen.getByRole('button', { name: t('public.copy') })).not.toBeNull()
})
