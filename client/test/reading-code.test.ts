/** Code that reads a file: what Python it is, whose names it uses, and that hostile names stay texts. */
import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { readingCode } from '../src/notebook/reading/reading-code.ts'

const of = (file: string, sources: readonly string[] = [], notebook = 'day.ipynb'): string =>
  readingCode(file, notebook, sources)

test.each([
  [
    'data/sales 2024.csv',
    "import pandas as pd\n\nsales_2024 = pd.read_csv('data/sales 2024.csv')\nsales_2024",
  ],
  ['a.TSV', "import pandas as pd\n\na = pd.read_csv('a.TSV', sep='\\t')\na"],
  ['t.parquet', "import pandas as pd\n\nt = pd.read_parquet('t.parquet')\nt"],
  ['log.jsonl', "import pandas as pd\n\nlog = pd.read_json('log.jsonl', lines=True)\nlog"],
  ['c.json', "import json\nfrom pathlib import Path\n\nc = json.loads(Path('c.json').read_text())"],
  ['w.npy', "import numpy as np\n\nw = np.load('w.npy')"],
  ['net.pt', "import torch\n\nnet = torch.load('net.pt', weights_only=True)"],
  ['cat.JPG', "from PIL import Image\n\ncat = Image.open('cat.JPG')\ncat"],
  ['notes.md', "from pathlib import Path\n\nnotes = Path('notes.md').read_text()"],
  ['Makefile', "from pathlib import Path\n\nmakefile = Path('Makefile').read_bytes()"],
])('%s', (file, code) => {
  expect(of(file)).toBe(code)
})

test('imports that the notebook has are not repeated', () => {
  expect(of('a.csv', ['x = 1', 'import os\nimport pandas as pd'])).toBe("a = pd.read_csv('a.csv')\na")
  expect(of('a.csv', ['import pandas'])).toContain('import pandas as pd')
})

test('a name that is used, or is Python’s, is not taken', () => {
  expect(of('a.csv', ['a = 1'])).toContain('a_2 = ')
  expect(of('a.csv', ['a = 1', 'a_2 = 2'])).toContain('a_3 = ')
  expect(of('a.csv', ['b.a = 1'])).toContain('\na = ')
  expect(of('class.csv')).toContain('class_ = ')
  expect(of('1.csv')).toContain('data_1 = ')
  expect(of('---.csv')).toContain('data = ')
  expect(of('数据.csv')).toContain('数据 = ')
})

test('the path is from the folder of the notebook', () => {
  expect(of('data/a.csv', [], 'work/day.ipynb')).toContain("'../data/a.csv'")
  expect(of('work/data/a.csv', [], 'work/day.ipynb')).toContain("'data/a.csv'")
  expect(of('a.csv', [], 'one/two/day.ipynb')).toContain("'../../a.csv'")
})

test('whatever a file is called, Python reads the path and nothing else', () => {
  const names = [
    "x'); import os; os.abort() #.csv",
    'a\\b.csv',
    'a\nb.csv',
    "'''.txt",
    'a\u0000b.csv',
    '\u202e.csv',
    'é{x}.csv',
  ]
  for (const name of names) {
    const lines = of(name).split('\n')
    const literal = /\((?:Path\()?('(?:[^'\\]|\\.)*')/.exec(
      lines.at(-1)?.includes('(') ? (lines.at(-1) ?? '') : (lines.at(-2) ?? ''),
    )?.[1]
    const done = spawnSync(process.env.YESTERDAY_TEST_PYTHON ?? 'python3', [
      '-c',
      `import sys\nsys.stdout.buffer.write(${literal}.encode())`,
    ])
    expect([name, done.stdout.toString()]).toEqual([name, name])
  }
})
