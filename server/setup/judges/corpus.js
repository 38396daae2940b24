/**
 * `npm run proof corpus [COUNT] [WORDS…]`: notebooks without a seed, each run, replayed and restored through the program
 * (server/test/corpus/main.ts). It takes half an hour or more; COUNT takes so many, spread over all.
 */
import { join } from 'node:path'
import { home, packagedNode, run } from '../command.js'
import { testEnvironment } from '../test-environment.js'
import { mainPython } from '../test-python.js'

export async function judgeCorpus() {
  const python = await mainPython()
  const own = testEnvironment()
  const env = { ...own.env, YESTERDAY_TEST_PYTHON: python, YESTERDAY_PYTHON: python }
  const words = [join('test', 'corpus', 'main.ts'), ...process.argv.slice(3)]
  try {
    const { code } = await run(packagedNode(), words, {
      cwd: join(home, 'server'),
      env,
      only: true,
      show: true,
    })
    return code
  } finally {
    own.remove()
  }
}
