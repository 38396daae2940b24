/**
 * Notebooks for the benchmark of predictions: everyday work of twelve kinds, each in three sizes. `{name}` in a source is
 * a number that is edited between rounds, within the bounds of the notebook.
 */
export interface Family {
  readonly name: string
  /** By parameter: least and most at the middle size. A family without any runs the same code again. */
  readonly parameters: Readonly<Record<string, readonly [least: number, most: number]>>
  readonly cells: readonly string[]
}

export const families: readonly Family[] = [
  {
    name: 'sorting',
    parameters: { n: [50_000, 1_500_000] },
    cells: [
      'n = {n}',
      'import random\nrandom.seed(1)\nxs = [random.random() for _ in range(n)]',
      'ys = sorted(xs)\nmiddle = ys[len(ys) // 2]',
      'pairs = {}\nfor x in xs:\n    pairs[int(x * 1000)] = pairs.get(int(x * 1000), 0) + 1',
    ],
  },
  {
    name: 'matrices',
    parameters: { n: [200, 1_800] },
    cells: [
      'import numpy as np\nn = {n}',
      'rng = np.random.default_rng(0)\na = rng.random((n, n))',
      'b = a @ a.T',
      'norm = float(np.linalg.norm(np.linalg.solve(a + n * np.eye(n), b)))',
    ],
  },
  {
    name: 'csv files',
    parameters: { rows: [5_000, 250_000] },
    cells: [
      "import csv\nwith open('{file}.csv', 'w', newline='') as out:\n    csv.writer(out).writerows([i, i * i % 97, i / 7] for i in range({rows}))",
      "with open('{file}.csv') as source:\n    table = [[float(x) for x in row] for row in csv.reader(source)]",
      'groups = {}\nfor a, b, c in table:\n    groups.setdefault(b, []).append(c)\nmeans = {k: sum(v) / len(v) for k, v in groups.items()}',
    ],
  },
  {
    name: 'frames',
    parameters: { rows: [50_000, 1_500_000] },
    cells: [
      'import numpy as np, pandas as pd\nrows = {rows}',
      "df = pd.DataFrame({'key': np.arange(rows) % 1000, 'x': np.arange(rows) * 0.5, 'name': (np.arange(rows) % 77).astype(str)})",
      "means = df.groupby('key').x.mean()",
      "joined = df.merge(means.rename('mean'), left_on='key', right_index=True)",
      "top = df.sort_values(['name', 'x']).head(10)",
    ],
  },
  {
    name: 'primes',
    parameters: { limit: [100_000, 3_000_000] },
    cells: [
      'limit = {limit}\nsieve = bytearray([1]) * (limit + 1)\nfor i in range(2, int(limit ** 0.5) + 1):\n    if sieve[i]:\n        sieve[i * i :: i] = bytes(len(range(i * i, limit + 1, i)))',
      'primes = [i for i in range(2, limit) if sieve[i]]',
      'gaps = [b - a for a, b in zip(primes, primes[1:])]\nwidest = max(gaps)',
    ],
  },
  {
    name: 'training',
    parameters: { rows: [1_000, 40_000], epochs: [50, 600] },
    cells: [
      'import numpy as np\nrng = np.random.default_rng(2)\nX = rng.normal(size=({rows}, 20))\ny = X @ rng.normal(size=20)',
      'epochs = {epochs}\nw = np.zeros(20)\nlosses = []\nfor epoch in range(epochs):\n    error = X @ w - y\n    w -= 0.01 * X.T @ error / len(y)\n    losses.append(float((error ** 2).mean()))',
      'final = losses[-1]\npredicted = X @ w',
    ],
  },
  {
    name: 'words',
    parameters: { repeats: [500, 15_000] },
    cells: [
      "text = 'the quick brown fox jumps over the lazy dog and runs away from it all ' * {repeats}",
      'import collections, re\nwords = re.findall(r"[a-z]+", text)',
      'counts = collections.Counter(words)',
      'upper = " ".join(word.title() for word in words if counts[word] > 2)',
    ],
  },
  {
    name: 'json and zip',
    parameters: { n: [5_000, 150_000] },
    cells: [
      "import json, zlib, hashlib\nrecords = [{'id': i, 'name': f'item {i}', 'values': [i, i + 1]} for i in range({n})]",
      'encoded = json.dumps(records)',
      'decoded = json.loads(encoded)',
      'packed = zlib.compress(encoded.encode(), 6)\ndigest = hashlib.sha256(packed).hexdigest()',
    ],
  },
  {
    name: 'simulation',
    parameters: { walkers: [100, 1_500], steps: [100, 1_500] },
    cells: [
      'walkers, steps = {walkers}, {steps}',
      'import random\nrandom.seed(3)\nends = []\nfor walker in range(walkers):\n    at = 0\n    for step in range(steps):\n        at += random.choice((-1, 1))\n    ends.append(at)',
      'mean = sum(ends) / len(ends)\nspread = (sum((x - mean) ** 2 for x in ends) / len(ends)) ** 0.5',
    ],
  },
  {
    name: 'distances',
    parameters: { points: [100, 1_200] },
    cells: [
      'import math\npoints = [(math.sin(i), math.cos(i * 3)) for i in range({points})]',
      'distances = [math.dist(a, b) for a in points for b in points]',
      'near = sorted(distances)[len(points) : 2 * len(points)]',
    ],
  },
  {
    name: 'forest',
    parameters: { rows: [300, 5_000], trees: [5, 80] },
    cells: [
      'import numpy as np\nfrom sklearn.ensemble import RandomForestRegressor\nrng = np.random.default_rng(4)',
      'X = rng.normal(size=({rows}, 8))\ny = X[:, 0] * X[:, 1] + X[:, 2]',
      'model = RandomForestRegressor(n_estimators={trees}, random_state=0).fit(X, y)',
      'score = model.score(X, y)',
    ],
  },
  {
    name: 'the same again',
    parameters: {},
    cells: [
      'import time\ntable = {i: str(i) for i in range({size})}',
      'time.sleep(0.1)\nfetched = len(table)',
      'total = sum(i * i % 7 for i in table)',
    ],
  },
]
