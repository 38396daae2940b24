/** docs/extending/exporter.md: a form of recorded runs is one file and one line of the list. */
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Command } from 'commander'
import { expect, test } from 'vitest'
import { registerExport } from '../../src/cli/export.ts'
import { EXPORTERS } from '../../src/export/exporters.ts'
import { fill, ids, newFolder } from '../cli/program.ts'
import { dot } from './exporter/dot.ts'

// The line.
const exporters = [...EXPORTERS, dot]

test('the new form is offered, and written', async () => {
  const root = await newFolder()
  await fill(root)
  try {
    const program = new Command()
    registerExport(program, exporters)
    const help = program.commands[0]?.helpInformation().replaceAll(/\s+/g, ' ')
    expect(help).toContain('an HTML report or a graph for Graphviz')
    expect(help).toContain('"html", "dot"')
    const file = join(root, 'runs.dot')
    const words = ['export', ids.plot, '--format', 'dot', '-o', file, '--root', root]
    await program.parseAsync(words, { from: 'user' })
    expect(await readFile(file, 'utf8')).toBe(
      `digraph {\n  "${ids.load}" -> "${ids.clean}" [label="raw"]\n  "${ids.clean}" -> "${ids.plot}" [label="table"]\n}\n`,
    )
  } finally {
    await rm(root, { recursive: true, maxRetries: 5 })
  }
})
