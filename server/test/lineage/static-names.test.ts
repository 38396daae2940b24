import { describe, expect, test } from 'vitest'
import { staticNames } from '../../src/lineage/static-names.ts'

const cases: readonly (readonly [source: string, reads: string, writes: string])[] = [
  ['x = 1', '', 'x'],
  ['y = x + 1\nz = y', 'x', 'y z'],
  ['x += 1', 'x', 'x'],
  ['a, (b, *c) = d', 'd', 'a b c'],
  ['x: int', 'int', ''],
  ['x: int = n', 'int n', 'x'],
  ['df["b"] = df["a"] * k', 'df k', 'df'],
  ['o.a.b = 1', 'o', 'o'],
  ['for i, (j, k) in q:\n  s = i + w\nelse:\n  t = 1', 'q w', 'i j k s t'],
  ['with f(p) as g, i as j:\n  pass', 'f p i', 'g j'],
  ['with (f(p) as g, i as j):\n  pass', 'f p i', 'g j'],
  ['try:\n  a\nexcept E as e:\n  e', 'a E', 'e'],
  ['import a.b as c, d.e, f\nfrom g import h as i, j\nfrom . import (k)', '', 'c d f i j k'],
  ['(w := x)', 'x', 'w'],
  ['[v + u for v in l if v]', 'u l', ''],
  ['{k: v for k, v in m.items()}', 'm', ''],
  ['[(y := v) for v in l]', 'l', 'y'],
  ['f = lambda p, *r, t=u: p + q', 'u q', 'f'],
  ['def f(a, b=c, *d) -> e:\n  h = i + a + b\n  return h', 'c e i', 'f'],
  ['def f():\n  global g\n  g = 1', '', 'g f'],
  ['def f():\n  return later\nlater = 1', '', 'f later'],
  ['def f():\n  def g():\n    return a + n\n  n = 1\n  return g', 'a', 'f'],
  ['class C(B):\n  x = z\n  y = x', 'B z', 'C'],
  ['@dec\nasync def h(): await s()', 'dec s', 'h'],
  ['del x', 'x', 'x'],
  ['print(a, sep=b)', 'print a b', ''],
  ['f"{hello} there"', 'hello', ''],
  ['match p:\n  case [a, b]:\n    c = a', 'p', 'a b c'],
  ['%matplotlib inline\nx = y', 'y', 'x'],
  ['%time x = f(y)', 'f y', 'x'],
  ['%%time\nx = y', 'y', 'x'],
  ['files = !ls', '', 'files'],
  ['!rm x\ny = 1', '', 'y'],
  ['%%bash\nx = $y', '', ''],
  ['x = (', '', 'x'],
]

describe('names read and given by code that has not run', () => {
  test.each(cases)('%j', (source, reads, writes) => {
    const found = staticNames(source)
    const sorted = (names: Iterable<string>) => [...names].toSorted().join(' ')
    expect({ reads: sorted(found.reads), writes: sorted(found.writes) }).toEqual({
      reads: sorted(reads.split(' ').filter(Boolean)),
      writes: sorted(writes.split(' ').filter(Boolean)),
    })
  })
})
