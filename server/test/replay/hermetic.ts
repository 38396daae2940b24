/** A notebook whose cells reach outside in every way that we know, and the means to see whether something did. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { lstat, mkdir, mkdtemp, readdir, readFile, realpath, rm, utimes, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'

/** What the cells find: `A` is a folder of the project, `B` one outside of it, `U` the address of a server. */
const WAYS: Readonly<Record<string, string>> = {
  imports: 'import ctypes, os, socket, sqlite3, subprocess, urllib.request\nimport pandas as pd',
  two: "!true\nsubprocess.run(['rm', '-f', A + '/two.txt']);",
  pandas: "pd.DataFrame({'a': [1]}).to_parquet(A + '/pandas.parquet')",
  torch: "import torch; torch.save(torch.ones(2), B + '/torch.pt')",
  h5py: "import h5py\nwith h5py.File(A + '/h5.h5', 'w') as f: f['a'] = [1, 2]",
  polars: "import polars as pl; pl.DataFrame({'a': [1]}).write_csv(B + '/polars.csv')",
  pyarrow: "import pyarrow as pa, pyarrow.csv; pa.csv.write_csv(pa.table({'a': [1]}), A + '/arrow.csv')",
  duckdbCopy: `import duckdb; duckdb.sql("copy (select 1 a) to '" + B + "/duckdb.csv'");`,
  duckdb:
    "c = duckdb.connect(A + '/d.duckdb'); c.execute('create table if not exists t(a int)'); c.execute('insert into t values (1)'); c.close()",
  sqlalchemy:
    "import sqlalchemy as sa\nwith sa.create_engine('sqlite:///' + B + '/sa.db').begin() as k: k.execute(sa.text('create table if not exists u(a int)')); k.execute(sa.text('insert into u values(1)'))",
  sqlite:
    "c = sqlite3.connect(A + '/s.db'); c.execute('create table if not exists u(a int)'); c.execute('insert into u values(1)'); c.commit(); c.close()",
  open: "with open(A + '/open.txt', 'w') as f: f.write('made')",
  relative: "with open('relative.txt', 'w') as f: f.write('made')",
  unlink: "os.path.exists(B + '/unlinked.txt') and os.remove(B + '/unlinked.txt');",
  shell: '!echo made > {A}/shell.txt',
  shellRemoves: '!rm -f {B}/removed.txt',
  bash: '%%bash -s "$A"\necho made > $1/bash.txt',
  system: "os.system('echo made > ' + B + '/system.txt');",
  subprocess: "subprocess.run(['rm', '-f', A + '/subprocess.txt']);",
  spawn:
    "os.waitpid(os.posix_spawn('/bin/sh', ['sh', '-c', 'echo made > ' + A + '/spawned.txt'], os.environ), 0);",
  libc: "(lambda libc: libc.write(libc.open((B + '/libc.txt').encode(), 0o1101, 0o644), b'made', 4))(ctypes.CDLL(None));",
  chmod: "os.path.exists(B + '/mode.txt') and os.chmod(B + '/mode.txt', 0o600);",
}

/** Cells that send; each survives that nothing answers. */
const SENDS: Readonly<Record<string, string>> = {
  raw: "s = socket.socket(); s.settimeout(20); r = s.connect_ex(('127.0.0.1', int(U.split(':')[2]))); r == 0 and s.sendall(b'POST /raw HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 0\\r\\n\\r\\n') or s.close()",
  program: `!python3 -c "import urllib.request as r; r.urlopen(r.Request('{U}/program', data=b'x', method='POST'))" 2> /dev/null`,
  request: "urllib.request.urlopen(urllib.request.Request(U + '/request', data=b'x', method='POST')).read();",
}

export interface Outside {
  readonly project: string
  readonly other: string
  /** Requests that came, by path. */
  readonly requests: readonly string[]
  /** Digest, mode and time of every file of both folders but the history's. */
  files(): Promise<Readonly<Record<string, string>>>
  /** Gives every file that the cells made other bytes, and makes those again that they removed. */
  disturb(): Promise<void>
  remove(): Promise<void>
}

/** Both folders, and the notebook `a.ipynb`; `ways` chooses its cells, all that write by default. */
export async function makeOutside(
  cells: Readonly<Record<string, string>> = WAYS,
  sends: Readonly<Record<string, string>> = {},
): Promise<Outside> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'ys-hermetic-')))
  const [project, other] = [join(folder, 'project'), join(folder, 'other')]
  const inside = join(project, 'made')
  for (const path of [inside, other]) await mkdir(path, { recursive: true })
  const requests: string[] = []
  const server = createServer((request, response) => {
    requests.push(request.url ?? '')
    response.end('done')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const names = `A, B, U = ${JSON.stringify(inside)}, ${JSON.stringify(other)}, 'http://127.0.0.1:${port}'`
  await writeFile(join(project, 'a.ipynb'), notebook({ names, ...cells, ...sends }))
  return {
    project,
    other,
    requests,
    files: () => facts(folder),
    disturb: () => disturb([project, inside, other]),
    remove: async () => {
      server.close()
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

export const ways = WAYS
export const sends = SENDS

export function notebook(cells: Readonly<Record<string, string>>): string {
  const cellForms = Object.entries(cells).map(([id, source]) => ({
    cell_type: 'code',
    id,
    source,
    metadata: {},
    outputs: [],
    execution_count: null,
  }))
  return JSON.stringify({ cells: cellForms, metadata: {}, nbformat: 4, nbformat_minor: 5 })
}

async function facts(folder: string): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {}
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name)
    // The history, and what a user's home holds of programs.
    if (
      relative(folder, path)
        .split('/')
        .some((part) => part.startsWith('.')) ||
      !entry.isFile()
    )
      continue
    const { mode, mtimeMs } = await lstat(path)
    const digest = createHash('sha256')
      .update(await readFile(path))
      .digest('hex')
    found[relative(folder, path)] = `${digest} ${mode.toString(8)} ${mtimeMs}`
  }
  return found
}

const REMOVED = ['unlinked.txt', 'removed.txt', 'subprocess.txt', 'mode.txt']

async function disturb(folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    const made = (await readdir(folder)).filter(
      (name) => /^[^.]+\.\w+$/.test(name) && !/\.(ipynb|db|duckdb)$/.test(name),
    )
    for (const name of [...made, ...REMOVED]) {
      await writeFile(join(folder, name), `the present of ${name}`)
      await utimes(join(folder, name), 1_700_000_000, 1_700_000_000)
    }
  }
}
