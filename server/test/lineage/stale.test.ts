import { describe, expect, test } from 'vitest'
import { staleCells } from '../../src/lineage/stale.ts'
import type { EndedRun, FileNow, StaleEdge } from '../../src/lineage/stale-facts.ts'
import { staticNames } from '../../src/lineage/static-names.ts'

/**
 * A notebook in short form: sources by cell, then what ran: `cell: used > generated`, with `name` or
 * `name=content`. What is used is the version that was made last.
 */
class Story {
  readonly #sources: Map<string, string>
  readonly #runs: EndedRun[] = []
  readonly #now = new Map<string, StaleEdge>()
  #session = 's1'
  readonly files = new Map<string, FileNow>()

  constructor(sources: Readonly<Record<string, string>>) {
    this.#sources = new Map(Object.entries(sources))
  }

  ran(cell: string, used: string, generated: string): this {
    const run = `r${this.#runs.length + 1}`
    const words = (text: string) => text.split(' ').filter(Boolean)
    const inputs = words(used).map((word) => this.#now.get(nameOf(word)) ?? edge(word, null))
    const outputs = words(generated).map((word) => edge(word, run))
    for (const made of outputs) this.#now.set(made.name, made)
    const order = this.#runs.filter(({ session }) => session === this.#session).length + 1
    const sourceDigest = this.#sources.get(cell) ?? 'gone'
    this.#runs.push({
      run,
      cell,
      session: this.#session,
      order,
      sourceDigest,
      used: inputs,
      generated: outputs,
    })
    return this
  }

  edited(cell: string, source: string): this {
    this.#sources.set(cell, source)
    return this
  }

  restarted(): this {
    this.#session = 's2'
    this.#now.clear()
    return this
  }

  /** `cell: reason, reason`, one line for each stale cell. */
  stale(): readonly string[] {
    const cells = [...this.#sources].map(([id, source]) => ({
      id,
      digests: [source],
      names: () => staticNames(source),
    }))
    const found = staleCells({
      session: this.#session,
      cells,
      last: new Map(this.#runs.flatMap((run) => (run.cell === null ? [] : [[run.cell, run]]))),
      runs: this.#runs.filter(({ session }) => session === this.#session),
      files: this.files,
    })
    return found.map(({ cell, reasons }) => {
      const words = reasons.map((reason) =>
        [reason.kind, 'name' in reason && reason.name, 'cell' in reason && reason.cell]
          .filter(Boolean)
          .join(' '),
      )
      return `${cell}: ${words.join(', ')}`
    })
  }
}

const nameOf = (word: string): string => word.split(/[=[]/)[0] ?? word

function edge(word: string, by: string | null): StaleEdge {
  const [left = '', content] = word.split('=')
  const [name = '', part] = left.split('[')
  const digest = content === undefined ? (by === null ? null : `${by} ${name}`) : content
  const kind = name.includes('.') ? 'file' : 'variable'
  const version = `${by}:${name}`
  return {
    kind,
    name,
    parts: part === undefined ? null : [`[${part}`],
    version,
    digest,
    by,
    deleted: false,
    size: null,
    type: name.endsWith('.db') ? 'database' : null,
    preview: null,
  }
}

/** Three cells in a row, each of which uses what the one above made. */
const chain = () =>
  new Story({ a: 'x = 1', b: 'y = x', c: 'print(y)' }).ran('a', '', 'x').ran('b', 'x', 'y').ran('c', 'y', '')

describe('stale cells', () => {
  test('what ran in order is fresh', () => expect(chain().stale()).toEqual([]))

  test('a cell that never ran is unknown', () =>
    expect(new Story({ a: 'x = 1' }).stale()).toEqual(['a: unknown']))

  test('an edit makes the cell stale, and those that need it', () =>
    expect(chain().edited('a', 'x = 2').stale()).toEqual(['a: edited', 'b: upstream x a', 'c: upstream y b']))

  test('an edit that is undone leaves it fresh', () =>
    expect(chain().edited('a', 'x = 2').edited('a', 'x = 1').stale()).toEqual([]))

  test('a new value of an input names the variable and the cell', () =>
    expect(chain().edited('a', 'x = 2').ran('a', '', 'x').stale()).toEqual([
      'b: input x a',
      'c: upstream y b',
    ]))

  test('the same value again changes nothing', () => {
    const story = new Story({ a: 'x = 1', b: 'print(x)' }).ran('a', '', 'x=one').ran('b', 'x', '')
    expect(story.ran('a', '', 'x=one').stale()).toEqual([])
  })

  test('a cell below that changes an input in place does not make the cell above stale', () => {
    const story = new Story({ a: 'x = []', b: 'print(x)', c: 'x.append(1)' })
    expect(story.ran('a', '', 'x').ran('b', 'x', '').ran('c', 'x', 'x').stale()).toEqual([])
  })

  test('a cell that changed its input in place is stale when the input is made again, however equal', () => {
    const story = new Story({ a: 'x = []', b: 'x.append(1)' }).ran('a', '', 'x=empty').ran('b', 'x', 'x=one')
    expect(story.ran('a', '', 'x=empty').stale()).toEqual(['b: input x a'])
  })

  test('a cell between whose work is gone runs again too', () => {
    const story = new Story({ a: 'x = 1', b: 'x = 2', c: 'print(x)' })
    story.ran('a', '', 'x=1').ran('b', '', 'x=2').ran('c', 'x', '')
    expect(story.ran('a', '', 'x=1').stale()).toEqual(['b: overwritten x a', 'c: input x a'])
  })

  test('the cell that made an input counts wherever it is', () => {
    const story = new Story({ b: 'print(f())', a: 'def f(): ...' }).ran('a', '', 'f').ran('b', 'f', '')
    expect(story.ran('a', '', 'f').stale()).toEqual(['b: input f a'])
  })

  test('what a cell that is gone re-created counts, and the cell that makes it brings it back', () => {
    const story = new Story({ a: 'x = 1', b: 'print(x)' }).ran('a', '', 'x').ran('b', 'x', '')
    expect(story.ran('gone', '', 'x').stale()).toEqual(['a: overwritten x gone', 'b: input x gone'])
  })

  test('one column is not another', () => {
    const story = new Story({ a: 'df = f()', b: 'df["p"]' })
    story.ran('a', '', 'df[p]').ran('b', 'df', '')
    expect(story.ran('a', '', 'df[q]').stale()).toEqual([])
    expect(story.ran('a', '', 'df[p]').stale()).toEqual(['b: input df[p] a'])
  })

  test('another session', () => {
    const story = chain().restarted().ran('a', '', 'x')
    expect(story.stale()).toEqual(['b: session', 'c: session'])
  })

  test('a file that changed, and one that is gone', () => {
    const story = new Story({ a: 'read("d.csv")', b: 'read("e.csv")', c: 'read("f.csv")' })
    story.ran('a', 'd.csv=old', 'd').ran('b', 'e.csv=old', 'e').ran('c', 'f.csv=old', 'f')
    story.files
      .set('d.csv', { digest: 'new', size: 1 })
      .set('e.csv', null)
      .set('f.csv', { digest: 'old', size: 1 })
    expect(story.stale()).toEqual(['a: file d.csv', 'b: file e.csv'])
  })

  test('a file that the cell wrote itself is as it left it', () => {
    const story = new Story({ a: 'append("d.csv")' }).ran('a', 'd.csv=old', 'd.csv=new')
    story.files.set('d.csv', { digest: 'new', size: 1 })
    expect(story.stale()).toEqual([])
  })

  test('what was not found then is not gone', () => {
    const story = new Story({ a: 'import x' }).ran('a', '/lib/python311.zip', 'x')
    story.files.set('/lib/python311.zip', null)
    expect(story.stale()).toEqual([])
  })

  test('a database that the session writes is the one that it connected to, until another program writes', () => {
    const story = new Story({ a: 'connect("d.db")', b: 'insert' })
      .ran('a', 'd.db=old', 'con')
      .ran('b', 'con', 'd.db=new')
    story.files.set('d.db', { digest: 'new', size: 1 })
    expect(story.stale()).toEqual([])
    story.files.set('d.db', { digest: 'other', size: 1 })
    expect(story.stale()).toEqual(['a: file d.db', 'b: upstream con a'])
  })

  test('a new cell above that binds a name makes those that read it stale', () => {
    const story = new Story({ a: 'x = 1', n: 'x = 5', b: 'print(x)' }).ran('a', '', 'x').ran('b', 'x', '')
    expect(story.stale()).toEqual(['n: unknown', 'b: upstream x n'])
  })

  test('a new cell does not reach past one that makes the name itself', () => {
    const story = new Story({ n: 'x = 5', a: 'x = 1', b: 'print(x)' }).ran('a', '', 'x').ran('b', 'x', '')
    expect(story.stale()).toEqual(['n: unknown'])
  })

  test('a cell that uses what it made in its own last run is no reason for itself', () => {
    const story = new Story({ a: 'n = 0', b: 'n += 1' })
      .ran('a', '', 'n')
      .ran('b', 'n', 'n')
      .ran('b', 'n', 'n')
    expect(story.stale()).toEqual([])
  })
})
