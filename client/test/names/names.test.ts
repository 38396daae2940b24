/** Which names in cells are one variable: a corpus of Python, renames that come back, and everything that is refused. */
import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AllNames, allNames, definitionOf, variableAt } from '../../src/names/definition.ts'
import { maskedPython } from '../../src/names/masked.ts'
import { planRename } from '../../src/names/rename.ts'

/** Cells with `‹x›` around the places of one variable; the first place is asked about. */
function marked(...cells: readonly string[]) {
  const places: { cell: string; from: number }[] = []
  const plain = cells.map((text, index) => {
    let source = ''
    for (const part of text.split(/(‹[^›]*›)/)) {
      if (part.startsWith('‹')) places.push({ cell: `c${index}`, from: source.length })
      source += part.startsWith('‹') ? part.slice(1, -1) : part
    }
    return { id: `c${index}`, source }
  })
  return { all: allNames(plain), places }
}

function found(all: AllNames, place: { readonly cell: string; readonly from: number } | undefined) {
  const variable = place === undefined ? null : variableAt(all, place.cell, place.from)
  if (variable === null) throw new Error('no variable there')
  return variable
}

const CORPUS: readonly (readonly [string, ...string[]])[] = [
  ['‹x› = 1\nprint(‹x›, y)', '‹x› += 2', 'def f():\n    return ‹x›'],
  ['‹x› = 1\ndef f(x):\n    return x\nf(‹x›)'],
  ['‹x› = 1\ndef f():\n    x = 2\n    return x\nprint(‹x›)'],
  ['‹x› = 1\ndef f():\n    global ‹x›\n    ‹x› = 2\n    return lambda: ‹x›'],
  ['x = 0\ndef f():\n    ‹x› = 1\n    def g():\n        nonlocal ‹x›\n        ‹x› += 1\n    return ‹x›\nx'],
  ['‹x› = 1\nclass A:\n    x = 2\n    y = x\n    def m(self):\n        return ‹x›\nA.x'],
  ['‹x› = [1]\nz = [x for x in ‹x›]\nz = [‹x› for y in ‹x› if ‹x›]'],
  ['z = [(‹x› := y) for y in w]\n‹x›'],
  ['def f(a=‹x›, *, b: ‹x› = 1) -> ‹x›:\n    pass', '‹x› = 3'],
  ['f(x=‹x›).x[‹x›].y = ‹x›\n‹x›.x'],
  ['import numpy as ‹np›\n‹np›.array', 'from a import np as b'],
  ['‹x› = 3\nprint(f"{‹x›} x {‹x›!r:>{‹x›}} {{x}}", "x", f\'{d["x"]}\')  # x'],
  ['for ‹i›, (j, k) in z:\n    ‹i›\nelse:\n    ‹i›'],
  ['with open(p) as ‹f›, g(‹f›):\n    ‹f›.read()'],
  ['try:\n    pass\nexcept E as ‹e›:\n    ‹e›'],
  ['match p:\n    case Point(x=0, y=‹b›) as q:\n        ‹b›\n    case {"b": ‹b›, **b2}:\n        ‹b›'],
  ['‹g› = lambda g, *a, k=‹g›: g', '@‹g›\ndef h(): pass'],
  ['del ‹x›', '‹x› = 1'],
  ['async def f():\n    async for ‹q› in w:\n        await ‹q›\nq = 1'],
  ['def f[‹T›](a: ‹T›) -> ‹T›:\n    pass\nT = 1'],
  ['‹x› = 1', '%time print(‹x›)', '!ls $x', '%%time\n‹x›', '%%bash\necho x', 'a = !ls x', '‹x›?'],
  ['‹df› = load()', '%%sql big <<\nSELECT df FROM t WHERE n > {{‹df›}}', '%%sql df2 <<\nselect 1'],
  ['%%sql ‹big› <<\nselect 1', '‹big›.head()'],
  ['ä = 1\n‹ö› = "🙂"; ‹ö›'],
]

describe('names', () => {
  test.each(CORPUS.map((cells) => [cells.join('  ⏎  '), cells] as const))('%s', (_, cells) => {
    const { all, places } = marked(...cells)
    for (const place of places) {
      const { references } = found(all, place)
      expect(references.map(({ cell, from }) => ({ cell, from }))).toEqual(places)
    }
  })

  test.each(CORPUS.map((cells) => [cells.join('  ⏎  '), cells] as const))('renamed: %s', (_, cells) => {
    const { all, places } = marked(...cells)
    const before = found(all, places[0])
    if (!before.references.some(({ binds }) => binds)) return
    const plan = planRename(all, before, 'renamed_1')
    if (!plan.ok) throw new Error(plan.why)
    const sources = new Map(plan.sources.map(({ id, source }) => [id, source]))
    const after = allNames(all.map(({ id, source }) => ({ id, source: sources.get(id) ?? source })))
    // Nothing but the marked places changed, and renaming back brings the same notebook.
    expect(after.map(({ source }) => source)).toEqual(
      cells.map((text) => text.replace(/‹[^›]*›/g, 'renamed_1')),
    )
    const [first] = places
    const again = planRename(after, found(after, first), before.name)
    if (again.ok) {
      const back = new Map(again.sources.map(({ id, source }) => [id, source]))
      expect(after.map(({ id, source }) => back.get(id) ?? source)).toEqual(all.map(({ source }) => source))
    } else expect(again.why).toBe('taken')
  })

  test('imports without a name of their own get one', () => {
    const { all, places } = marked('from a.b import ‹c›, d\nimport ‹c2›\n', '‹c›.x')
    const plan = planRename(all, found(all, places[0]), 'e')
    expect(plan.ok && plan.sources.map(({ source }) => source)).toEqual([
      'from a.b import c as e, d\nimport c2\n',
      'e.x',
    ])
  })

  test.each([
    ['1a', 'notName', '‹x› = 1'],
    ['for', 'notName', '‹x› = 1'],
    ['x.y', 'notName', '‹x› = 1'],
    ['x', 'same', '‹x› = 1'],
    ['y', 'notDefined', 'print(‹len›)'],
    ['y', 'taken', '‹x› = 1', 'def f(y): pass'],
    ['y', 'broken', '‹x› = 1', 'print(x'],
    ['y', 'dotted', 'import ‹os›.path'],
    ['y', 'attribute', 'class A:\n    ‹x› = 1\n    y2 = x'],
    ['y', 'keyword', 'def f(‹x›):\n    return x', 'f(x=1)'],
  ] as const)('to %s: %s', (next, why, ...cells) => {
    const { all, places } = marked(...cells)
    expect(planRename(all, found(all, places[0]), next)).toMatchObject({ ok: false, why })
  })

  test('what is the name but no variable is listed, and stays', () => {
    const { all, places } = marked('‹x› = "x"  # x', '!echo {x}', 'a.x; f(x=1)', '%%sql\nselect x from x')
    const plan = planRename(all, found(all, places[0]), 'y')
    expect(plan.ok && plan.unchanged.map(({ cell, from }) => [cell, from])).toEqual([
      ['c0', 5],
      ['c0', 11],
      ['c1', 7],
      ['c3', 13],
      ['c3', 20],
    ])
  })

  test('the definition is the last one before a use, else the nearest above, else the first below', () => {
    const definition = (at: number, ...cells: readonly string[]) => {
      const { all, places } = marked(...cells)
      const place = definitionOf(all, found(all, places[at]))
      return places.findIndex((one) => one.cell === place?.cell && one.from === place.from)
    }
    expect(definition(2, '‹x› = 1\n‹x› = 2\n‹x›')).toBe(1)
    expect(definition(2, '‹x› = 1', '‹x› = 2', 'y', '‹x›', '‹x› = 3')).toBe(1)
    expect(definition(0, '‹x›', '‹x› = 1', '‹x› = 2')).toBe(1)
    expect(definition(0, '‹x› = 1', '‹x›')).toBe(0)
    expect(definition(1, 'def f(‹a›):\n    b = ‹a›')).toBe(0)
    const { all } = marked('print(1)')
    expect(definitionOf(all, found(all, { cell: 'c0', from: 0 }))).toBeNull()
    expect(variableAt(all, 'c0', 7)).toBeNull()
    expect(variableAt(all, 'gone', 0)).toBeNull()
  })

  test('whatever a cell says, names are at their places, and what is blanked out keeps every place', () => {
    const piece = fc.constantFrom(
      'x',
      'y',
      ' ',
      '\n',
      '(',
      ')',
      ':',
      '=',
      'def ',
      'for ',
      'in ',
      '%time ',
      '!',
      'f"{',
      '}"',
      '    ',
      'lambda ',
      ',',
      'class ',
      '🙂',
      '%%sql\n',
      '{{',
      '?',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(piece).map((parts) => parts.join('')),
          fc.string(),
        ),
        (source) => {
          const masked = maskedPython(source)
          if (masked !== null) expect(masked.code).toHaveLength(source.length)
          const [cell] = allNames([{ id: 'a', source }])
          for (const { name, from, to } of cell?.names.occurrences ?? [])
            expect(source.slice(from, to)).toBe(name)
        },
      ),
    )
  })
})

const python = process.env.YESTERDAY_TEST_PYTHON

describe.skipIf(python === undefined)('beside Python', () => {
  /** Names of the module's variables at their places, by Python's own symbol table. */
  const ORACLE = `
import ast, json, sys, symtable
out = []
for source in json.load(sys.stdin):
    tree = ast.parse(source)
    top = symtable.symtable(source, "a", "exec")
    found = set()
    def tables(table):
        for name in table.get_identifiers():
            if table.get_type() == "module" or table.lookup(name).is_global():
                found.add(name)
        for child in table.get_children(): tables(child)
    tables(top)
    out.append(sorted(found))
print(json.dumps(out))
`
  test('the names of the notebook are those of Python', () => {
    const sources = CORPUS.flat()
      .map((text) => text.replace(/[‹›]/g, ''))
      .filter((source) => !/^[%!]|\?$|!ls|def f\[|match /m.test(source))
    const answer = execFileSync(python ?? '', ['-I', '-c', ORACLE], {
      input: JSON.stringify(sources),
      encoding: 'utf8',
    })
    const expected: unknown = JSON.parse(answer)
    const own = allNames(sources.map((source, index) => ({ id: String(index), source }))).map(({ names }) =>
      [...new Set(names.occurrences.filter(({ owner }) => owner === null).map(({ name }) => name))].sort(),
    )
    expect(own).toEqual(expected)
  })
})
