/**
 * What the Pythons of the tests have, by list. `server/setup/python-lock/NAME.txt` pins each list with all that it needs,
 * for every supported Python and system; `npm run lock:python` makes these files.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { home } from './command.js'

/** What the battery of lineage imports, on every Python. */
const libraries = [
  'ipykernel==7.*',
  'pytest==9.*',
  'duckdb',
  'matplotlib',
  'numpy',
  'pandas',
  'polars',
  'pyarrow',
  'scikit-learn',
  'sqlalchemy==2.*',
  'xxhash',
]
const full = [
  ...libraries,
  'aiohttp',
  'altair',
  'anywidget',
  'bokeh',
  'dill',
  'distributed',
  'h5py',
  'httpx',
  'hypothesis',
  'ipywidgets==8.*',
  'mypy==2.*',
  'nbclient',
  'nbformat==5.*',
  'networkx',
  'numba',
  'openpyxl',
  'plotly',
  'requests',
  'ruff==0.*',
  'sqlglot',
  'statsmodels',
  'tables',
  'tqdm',
  'xarray',
  'torch==2.13.0',
]

/** Programs of others that read what is exported. `rocrate` brings the context that crates name, so that no network is asked. */
const validators = ['openlineage-python==1.54.0', 'prov==3.2.3', 'roc-validator==0.13.0', 'rocrate==0.13.0']

/** A server whose kernels are used from elsewhere, and a hub that starts ours. */
const jupyter = ['ipykernel==7.*', 'jupyter-server==2.*', 'jupyterhub==6.*']

/** Clusters of workers, which `npm run proof machines` starts. */
const machines = [
  'ipykernel==7.*',
  'pytest==9.*',
  'dask',
  'distributed',
  'pandas==2.*',
  'pyarrow',
  'pyspark==4.*',
  'ray==2.*',
]

/** Other notebook programs, which `npm run bench:peer` measures next to this one. */
const jupyterlab = ['ipykernel==7.*', 'jupyter-collaboration==5.*', 'jupyterlab==4.6.*']
const marimo = ['marimo==0.*']

/** Each list with the oldest Python that it is for. */
export const LISTS = {
  full: { packages: full, oldest: '3.11' },
  jupyter: { packages: jupyter, oldest: '3.11' },
  jupyterlab: { packages: jupyterlab, oldest: '3.11' },
  libraries: { packages: libraries, oldest: '3.10' },
  machines: { packages: machines, oldest: '3.11' },
  marimo: { packages: marimo, oldest: '3.11' },
  validators: { packages: validators, oldest: '3.11' },
}

export const lockFile = (name) => join(home, 'server', 'setup', 'python-lock', `${name}.txt`)

/** The requirements of a list: pinned, or the newest that fit where `YESTERDAY_TEST_NEWEST` is 1. */
export function requirementsOf(name) {
  if (process.env.YESTERDAY_TEST_NEWEST === '1') return LISTS[name].packages
  const lines = readFileSync(lockFile(name), 'utf8').split('\n')
  return lines.filter((line) => line !== '' && !line.startsWith('#'))
}
