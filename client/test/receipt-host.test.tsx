/** The receipt says where a kernel elsewhere ran, also where no environment was recorded. */
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { Environment } from '../src/panels/past/receipt/ReceiptFacts.tsx'

const host = { provider: 'slurm', name: 'HPC', job: '12', cluster: null, partition: null, node: 'node2' }
const environment = { digest: 'sha256:1', facets: { python: '3.12.1' } }

test('the place of the kernel is part of the receipt', () => {
  const line = 'Kernel: node2, in job 12 on HPC'
  const shown = renderToStaticMarkup(<Environment environment={environment} host={host} />)
  expect(shown).toContain(line)
  expect(shown).toContain('Python 3.12.1')
  expect(renderToStaticMarkup(<Environment environment={null} host={host} />)).toContain(line)
  expect(renderToStaticMarkup(<Environment environment={environment} host={null} />)).not.toContain('Kernel')
})
