/**
 * pure. A slice as something that runs: a notebook, or a script for plain Python. Sources are as they ran, in
 * the order in which they ran; a cell that ran twice is there twice. A failed cell may fail again; the rest still runs.
 */
import type { CellForm } from '../document/cell-form.ts'
import { notebookJson } from '../document/notebook-json.ts'
import type { RunSide } from './diff.ts'
import { plainPython } from './plain-python.ts'

/** The sources between `# %%` markers. */
export function sliceScript(runs: readonly RunSide[]): string {
  return `${runs.map(cellText).join('\n\n')}\n`
}

function cellText({ name, receipt }: RunSide): string {
  const cell = name.cell === null ? '' : `, cell ${name.cell}`
  const marker = `# %% run ${name.order} (${name.run.slice(0, 8)}) of ${name.notebook}${cell}`
  const code = plainPython(receipt.source)
  return `${marker.replace(/[\r\n]/g, ' ')}\n${receipt.error === null ? code : goesOn(code, receipt.error.ename)}`
}

/** Runs as a whole, and what it raises does not stop the rest. A JSON string is a string of Python. */
function goesOn(code: string, ename: string): string {
  const note = `# It raised ${ename.replace(/\W/g, ' ')} when it ran; what it did until then is needed.`
  return `${note}\ntry:\n    exec(${JSON.stringify(code)})\nexcept Exception as problem:\n    print(repr(problem))`
}

/** An `.ipynb` with code cells only, without outputs: nothing in it has run yet. */
export function sliceNotebook(runs: readonly RunSide[]): string {
  const ids = new Set<string>()
  const cells = runs.map(({ name, receipt }): CellForm => {
    const id = freeId(name.cellId ?? name.run, ids)
    ids.add(id)
    const tags = receipt.error === null ? {} : { tags: ['raises-exception'] }
    const metadata = { ...tags, yesterday: { run: name.run } }
    const nothing = { attachments: null, outputs: [], executionCount: null }
    return { id, type: 'code', source: receipt.source, metadata, ...nothing }
  })
  const kernelspec = { name: 'python3', display_name: 'Python 3', language: 'python' }
  return notebookJson({
    nbformat: 4,
    minor: 5,
    metadata: { kernelspec, language_info: { name: 'python' } },
    cells,
  })
}

function freeId(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted
  for (let number = 2; ; number++) {
    const id = `${wanted.slice(0, 56)}-${number}`
    if (!taken.has(id)) return id
  }
}
