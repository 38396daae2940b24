/**
 * The tables of `history.db`. Truth (log, documents, updates, blobs) changes by forward migrations only; the index
 * tables are derived from the log, and are dropped and made anew whenever their shape changes.
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
]

/** Raised with every change of the index tables; a file with another number gets its index rebuilt when opened. */
export const indexVersion = 2

/** Every derived table, for dropping and for comparing. */
export const indexTables = ['sessions', 'runs', 'names', 'edges'] as const

/**
 * `runs.id` is the log's sequence of the run's queueing; `ended_seq` orders the log's pages, is unique, and never
 * moves, so that a page's cursor stays true while runs arrive. Names of things are kept once, and an edge names its
 * producer by number: an edge with its index takes about 60 bytes beside its digest.
 */
export const indexSchema = `
  CREATE TABLE sessions (
    session TEXT NOT NULL PRIMARY KEY,
    started_seq INTEGER NOT NULL,
    ended_seq INTEGER,
    purpose TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX sessions_open ON sessions (started_seq) WHERE ended_seq IS NULL;

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
    summary TEXT
  ) STRICT;
  CREATE INDEX runs_log ON runs (ended_seq) WHERE ended_seq IS NOT NULL;
  CREATE INDEX runs_by_notebook ON runs (notebook, ended_seq) WHERE ended_seq IS NOT NULL;
  CREATE INDEX runs_by_cell ON runs (cell_id, ended_seq) WHERE ended_seq IS NOT NULL;
  CREATE INDEX runs_by_session ON runs (session, ended_seq) WHERE ended_seq IS NOT NULL;
  CREATE INDEX runs_in_session ON runs (session, place);
  CREATE INDEX runs_durations ON runs (cell_id, source_digest, ended_seq) WHERE outcome = 'ok';
  CREATE INDEX runs_open ON runs (session, id) WHERE ended_seq IS NULL;

  CREATE TABLE names (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (kind, name)
  ) STRICT;

  CREATE TABLE edges (
    run INTEGER NOT NULL,
    generated INTEGER NOT NULL,
    position INTEGER NOT NULL,
    name INTEGER NOT NULL,
    digest TEXT,
    by INTEGER,
    PRIMARY KEY (run, generated, position)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX edges_generated ON edges (name, digest, run) WHERE generated = 1;
  CREATE INDEX edges_used ON edges (name, run) WHERE generated = 0;
`
