/**
 * Small notebooks, run once as yesterday and once as today with one thing changed, and what has to be found: a table of
 * templates and causes. Invariant: each cause changes what the last cell shows.
 */
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CauseKind, SinceReport } from '../../contract/replay.ts'
import type { Act } from '../../src/replay/perform.ts'
import { performActs } from '../../src/replay/perform.ts'
import { since } from '../../src/replay/since.ts'
import { isRefused } from '../../src/replay/targets.ts'
import { openKernels } from '../../src/setup/open-kernels.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/ports.ts'
import { ada } from '../session/house.ts'

export interface Template {
  readonly name: string
  /** `data`: the lines of `data.csv`; the cells `grow` and `shift` do not commute. */
  readonly load: string
  readonly seed: string
  readonly noise: string
  readonly grow: string
  readonly shift: string
  readonly end: string
}

const random = { seed: 'import random\nrandom.seed(7)', noise: 'noise = [random.random() for _ in range(3)]' }
const numpy = {
  seed: 'import numpy as np\nimport numpy.random\nnp.random.seed(7)',
  noise: 'noise = list(np.random.rand(3))',
}
const rows = 'rows = [float(line) for line in open("data.csv")]'
const total = 'print(total + sum(noise), hour, FACTOR)'
const steps = { grow: 'total = total * 2', shift: 'total = total + 3' }

/** Each adds its own way to compute; names that no cell uses are twins that must not be named. */
export const templates: readonly Template[] = [
  { name: 'plain numbers', load: `${rows}\ntotal = sum(rows)`, ...random, ...steps, end: total },
  {
    name: 'numpy',
    load: `import numpy as np\n${rows}\ntotal = float(np.array(rows).sum())`,
    ...numpy,
    ...steps,
    end: total,
  },
  {
    name: 'a function',
    load: `${rows}\ndef all_of():\n    return sum(rows)\ntotal = all_of()`,
    ...random,
    ...steps,
    end: total,
  },
  {
    name: 'csv',
    load: 'import csv\ntotal = sum(float(row[0]) for row in csv.reader(open("data.csv")))',
    ...random,
    ...steps,
    end: total,
  },
  {
    name: 'pathlib',
    load: 'from pathlib import Path\ntotal = sum(map(float, Path("data.csv").read_text().split()))',
    ...numpy,
    ...steps,
    end: total,
  },
  {
    name: 'a list that grows',
    load: `${rows}\ntotal = sum(rows)\nitems = [total]`,
    ...random,
    grow: 'items.append(items[-1] * 2)',
    shift: 'items.append(items[-1] + 3)',
    end: 'print(items[-1] + sum(noise), hour, FACTOR)',
  },
  {
    name: 'a dictionary',
    load: `${rows}\nstate = {"total": sum(rows)}`,
    ...numpy,
    grow: 'state["total"] *= 2',
    shift: 'state["total"] += 3',
    end: 'print(state["total"] + sum(noise), hour, FACTOR)',
  },
  {
    name: 'a class',
    load: `${rows}\nclass Sum:\n    def __init__(self, start):\n        self.value = start\none = Sum(sum(rows))`,
    ...random,
    grow: 'one.value = one.value * 2',
    shift: 'one.value = one.value + 3',
    end: 'print(one.value + sum(noise), hour, FACTOR)',
  },
  {
    name: 'an array in place',
    load: `import numpy as np\n${rows}\ntotals = np.array(rows)`,
    ...numpy,
    grow: 'totals *= 2',
    shift: 'totals += 3',
    end: 'print(totals.sum() + sum(noise), hour, FACTOR)',
  },
  {
    name: 'a closure',
    load: `${rows}\ndef counter(start):\n    value = start\n    def change(by):\n        nonlocal value\n        value = by(value)\n        return value\n    return change\nchange = counter(sum(rows))`,
    ...random,
    grow: 'a = change(lambda v: v * 2)',
    shift: 'b = change(lambda v: v + 3)',
    end: 'print(change(lambda v: v) + sum(noise), hour, FACTOR)',
  },
  {
    name: 'pandas',
    load: 'import pandas as pd\nframe = pd.read_csv("data.csv", header=None, names=["x"])',
    ...numpy,
    grow: 'frame["x"] = frame["x"] * 2',
    shift: 'frame["x"] = frame["x"] + 3',
    end: 'print(frame["x"].sum() + sum(noise), hour, FACTOR)',
  },
]

export const causes = [
  'file',
  'code',
  'seed',
  'order',
  'variable',
  'package',
] as const satisfies readonly CauseKind[]
export type Injected = (typeof causes)[number]

const names: Readonly<Record<Injected, string>> = {
  file: 'data.csv',
  code: 'shift',
  seed: 'seed',
  order: 'shift',
  variable: 'TZ',
  package: 'yesterdemo',
}

const zone = 'import time\nhour = time.localtime(0).tm_hour'
const pack = 'import yesterdemo\nFACTOR = yesterdemo.FACTOR'
const twin = 'unused = len(rows) if "rows" in globals() else 0'

/** The cells of yesterday, or of today with the cause in them. */
export function acts(template: Template, cause: Injected | null): readonly Act[] {
  const { load, seed, noise, grow, shift, end } = template
  const edited = cause === 'code' ? shift.replace('3', '4') : shift
  // Without its seed a generator starts anywhere: what is imported stays.
  const imports = seed.split('\n').slice(0, -1).join('\n')
  const drawn = `${imports}\n${noise}`
  const middle =
    cause === 'order'
      ? [
          ['shift', edited],
          ['grow', grow],
        ]
      : [
          ['grow', grow],
          ['shift', edited],
        ]
  const cells = [
    ['load', load],
    ...(cause === 'seed' ? [] : [['seed', seed]]),
    ['noise', drawn],
    ['twin', twin],
    ['zone', zone],
    ['pack', pack],
    ...middle,
    ['end', end],
  ]
  return cells.map(([cellId = '', source = '']) => ({ run: cellId, cellId, source }))
}

export interface Outcome {
  readonly template: string
  readonly cause: Injected
  readonly report: SinceReport | string
  /** The first named is the injected one, and it alone. */
  readonly isFirst: boolean
  /** The proof names exactly it. */
  readonly isProved: boolean
}

/** Yesterday, today, and the question. */
export async function inject(python: string, template: Template, cause: Injected): Promise<Outcome> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'ys-injected-')))
  const store = await openStore({ root })
  try {
    const report = await ask(python, root, store, template, cause)
    const id = `${cause}${cause === 'order' ? '' : `:${names[cause]}`}`
    const found = typeof report === 'string' ? null : report
    return {
      template: template.name,
      cause,
      report,
      isFirst: found?.causes[0]?.id === id,
      isProved: found?.proof?.explanation?.join() === id,
    }
  } finally {
    await store.close()
    await rm(root, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function ask(
  python: string,
  root: string,
  store: Store,
  template: Template,
  cause: Injected,
): Promise<SinceReport | string> {
  const packages = makePackages(python, root)
  const was = { ...process.env, TZ: 'UTC', PYTHONPATH: packages.first }
  const is = {
    ...was,
    TZ: cause === 'variable' ? 'Asia/Tokyo' : 'UTC',
    PYTHONPATH: cause === 'package' ? packages.second : packages.first,
    PIP_NO_INDEX: '1',
    PIP_FIND_LINKS: join(root, 'wheels'),
  }
  const folder = join(root, 'work')
  await mkdir(folder)
  await writeFile(join(folder, 'data.csv'), '1\n2\n3\n')
  await record(python, root, store, was, acts(template, null))
  if (cause === 'file') await writeFile(join(folder, 'data.csv'), '1\n2\n4\n')
  const last = await record(python, root, store, is, acts(template, cause))
  if (last === null) return 'today did not run'
  const kernels = kernelsOf(python, root, is)
  try {
    const world = { store, kernels, root, env: is }
    const report = await since(world, { run: last }, { actor: ada, prove: true, timeoutSeconds: 60 })
    return isRefused(report) ? report.refused.message : report
  } finally {
    await kernels.close({ shutdown: true })
  }
}

/** Kernels with an environment of their own. */
export const kernelsOf = (python: string, root: string, environment: NodeJS.ProcessEnv) =>
  openKernels(root, {
    interpreters: [{ name: 'tested', displayName: 'Tested', python }],
    environment,
  })

/** One person's session; the last run's id. */
export async function record(
  python: string,
  root: string,
  store: Store,
  environment: NodeJS.ProcessEnv,
  cells: readonly Act[],
): Promise<string | null> {
  const kernels = kernelsOf(python, root, environment)
  try {
    const { receipts, problem } = await performActs({
      kernels,
      store,
      specName: 'tested',
      notebook: 'work/a.ipynb',
      cwd: join(root, 'work'),
      acts: cells,
      purpose: null,
      actor: ada,
      timeoutSeconds: 60,
      signal: new AbortController().signal,
      prepare: async () => undefined,
      before: async () => undefined,
      after: () => true,
    })
    if (problem !== null) throw new Error(problem)
    return receipts.at(-1)?.run ?? null
  } finally {
    await kernels.close({ shutdown: true })
  }
}

/** Two versions of one distribution: as folders to import from, and as wheels for pip. */
export function makePackages(
  python: string,
  root: string,
): { readonly first: string; readonly second: string } {
  const code = `
import os, sys, zipfile
root = sys.argv[1]
os.makedirs(os.path.join(root, "wheels"))
for version, factor in (("1.0", 10), ("2.0", 20)):
    info = f"yesterdemo-{version}.dist-info"
    files = {
        "yesterdemo/__init__.py": f"FACTOR = {factor}\\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\\nName: yesterdemo\\nVersion: {version}\\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\\nGenerator: hand\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
        f"{info}/top_level.txt": "yesterdemo\\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{name},,\\n" for name in [*files, f"{info}/RECORD"])
    with zipfile.ZipFile(os.path.join(root, "wheels", f"yesterdemo-{version}-py3-none-any.whl"), "w") as wheel:
        for name, text in files.items():
            wheel.writestr(name, text)
            path = os.path.join(root, "site" + version[0], name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            open(path, "w").write(text)
`
  execFileSync(python, ['-c', code, root])
  return { first: join(root, 'site1'), second: join(root, 'site2') }
}
