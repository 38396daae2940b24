/**
 * The tables of `history.db`. Truth (log, documents, updates, blobs) changes by forward migrations only; the index
 * tables are derived from the log, and are dropped and rebuilt when their shape changes.
 */

/** Truth, one step per version of the file: a file of version n takes the steps from n on. Steps never change. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE log (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    type TEXT NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE TABLE documents (
    number INTEGER PRIMARY KEY,
    document TEXT NOT NULL UNIQUE,
    epoch TEXT NOT NULL,
    path TEXT NOT NULL UNIQUE
  ) STRICT;
  CREATE TABLE updates (
    seq INTEGER PRIMARY KEY,
    document INTEGER NOT NULL REFERENCES documents (number) ON DELETE CASCADE,
    bytes BLOB NOT NULL
  ) STRICT;
  CREATE INDEX updates_by_document ON updates (document, seq);
  CREATE TABLE blobs (digest TEXT NOT NULL PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
  CREATE TABLE derived (name TEXT NOT NULL PRIMARY KEY, value INTEGER NOT NULL) STRICT;
  `,
  `
  CREATE TABLE chain (
    seq INTEGER PRIMARY KEY,
    salt BLOB NOT NULL,
    digest BLOB NOT NULL,
    hash BLOB NOT NULL
  ) STRICT;
  `,
  `
  CREATE TABLE heads (seq INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;
  ALTER TABLE updates ADD COLUMN sum INTEGER;
  `,
]

/** The tables of the truth, in an order in which they can be filled. */
export const truthTables = ['log', 'chain', 'heads', 'documents', 'updates', 'blobs'] as const

/** From this version on each entry of the log has a link in `chain`. */
export const CHAINED_SINCE = 2

/** Raised with every change of the index tables; a file with another number gets its index rebuilt when opened. */
export const indexVersion = 9

/** Every derived table, for dropping and for comparing. */
export const indexTables = [
  'sessions',
  'moves',
  'runs',
  'names',
  'edges',
  'contents',
  'numbers',
  'checkpoints',
  'dropped',
  'notebooks',
  'places',
] as const

/**
 * `runs.id` is the log's sequence of the run's queueing; `ended_seq` orders the log's pages, is unique, and never
 * moves, so that a page's cursor stays true while runs arrive. Names of things are kept once, and an edge names its
 * producer by number. An edge knows its own run by `ended`, that run's `ended_seq`: so every list by name, maker or
 * content comes in the log's order and stops at its limit. `numbers` are what comparisons ask for. `contents` are the entries with digests that came behind a run's own.
 *
 * `notebook` is the path when something was recorded; `book` is the notebook's id, or `path:` and the path while the log
 * has given it none. `places` says which notebook a path means: the one that is there, or that was last.
 */
export const indexSchema = `
  CREATE TABLE sessions (
    session TEXT NOT NULL PRIMARY KEY,
    notebook TEXT NOT NULL,
    started_seq INTEGER NOT NULL,
    ended_seq INTEGER,
    purpose TEXT,
    book TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX sessions_by_book ON sessions (book, started_seq);
  CREATE INDEX sessions_open ON sessions (started_seq) WHERE ended_seq IS NULL;

  CREATE TABLE moves (
    seq INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    target TEXT NOT NULL
  ) STRICT;
  CREATE INDEX moves_from ON moves (source, seq);
  CREATE INDEX moves_to ON moves (target, seq);

  CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    run TEXT NOT NULL UNIQUE,
    session TEXT NOT NULL,
    notebook TEXT NOT NULL,
    cell_id TEXT,
    source_digest TEXT NOT NULL,
    started_seq INTEGER,
    ended_seq INTEGER,
    place INTEGER,
    outcome TEXT,
    duration_ms REAL,
    actor TEXT NOT NULL,
    ended_at INTEGER,
    thumbnail TEXT,
    summary TEXT,
    book TEXT NOT NULL
  ) STRICT;
  CREATE INDEX runs_log ON runs (ended_seq) WHERE ended_seq IS NOT NULL;
  CREATE INDEX runs_by_book ON runs (book, ended_seq);
  CREATE INDEX runs_by_cell ON runs (cell_id, ended_seq) WHERE ended_seq IS NOT NULL;
  CREATE INDEX runs_by_session ON runs (session, ended_seq) WHERE ended_seq IS NOT NULL;
  CREATE INDEX runs_by_actor ON runs (actor, ended_seq) WHERE ended_seq IS NOT NULL;
  CREATE INDEX runs_by_time ON runs (ended_at, ended_seq) WHERE ended_seq IS NOT NULL;
  CREATE INDEX runs_in_session ON runs (session, place);
  CREATE INDEX runs_open ON runs (session, id) WHERE ended_seq IS NULL;

  CREATE TABLE names (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (kind, name)
  ) STRICT;

  CREATE TABLE edges (
    ended INTEGER NOT NULL,
    generated INTEGER NOT NULL,
    position INTEGER NOT NULL,
    name INTEGER NOT NULL,
    digest TEXT,
    by INTEGER,
    deleted INTEGER NOT NULL,
    parts TEXT,
    PRIMARY KEY (ended, generated, position)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX edges_by_name ON edges (name, generated, ended);
  CREATE INDEX edges_by_maker ON edges (by, ended) WHERE generated = 0 AND by IS NOT NULL;
  CREATE INDEX edges_outside ON edges (ended) WHERE generated = 0 AND by IS NULL AND digest IS NOT NULL;
  CREATE INDEX edges_made ON edges (digest, ended) WHERE generated = 1 AND digest IS NOT NULL;

  CREATE TABLE contents (
    ended INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (ended, seq)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE numbers (
    ended INTEGER NOT NULL,
    metric INTEGER NOT NULL,
    name TEXT NOT NULL,
    value REAL NOT NULL,
    PRIMARY KEY (ended, metric, name)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX numbers_by_name ON numbers (name, ended, value);

  CREATE TABLE checkpoints (
    seq INTEGER PRIMARY KEY,
    checkpoint TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    notebook TEXT NOT NULL,
    book TEXT NOT NULL
  ) STRICT;
  CREATE INDEX checkpoints_by_name ON checkpoints (name, seq);

  CREATE TABLE notebooks (
    id TEXT NOT NULL PRIMARY KEY,
    path TEXT NOT NULL,
    state TEXT NOT NULL,
    copied_from TEXT,
    marks TEXT,
    placed_seq INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX notebooks_by_path ON notebooks (path);
  CREATE TABLE places (path TEXT NOT NULL PRIMARY KEY, book TEXT NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE dropped (digest TEXT NOT NULL PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`
