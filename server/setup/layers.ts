/**
 * The layers of each package, lowest first: a folder imports from folders before it and from itself. A file that is in no
 * folder is a layer by its name. Names on one line are one layer. `exceptions` counts imports that go up; `npm run check`
 * fails if there are more, or fewer, so that the numbers only shrink. The target is no exceptions.
 */
export interface Layers {
  /** Of the package's sources, from the root of the repository. */
  readonly folder: string
  readonly order: readonly string[]
  readonly exceptions: Readonly<Record<string, number>>
}

export const layers: readonly Layers[] = [
  {
    folder: 'server/src',
    order: [
      'disk',
      'user',
      'watchdog',
      'connection',
      'secrets',
      'store',
      'setup',
      'document',
      'redact',
      'files',
      'comments',
      'machines',
      'session',
      'lineage',
      'git',
      'replay',
      'export',
      'results',
      'people',
      'http',
      'jupyter-api',
      'project.ts front.ts late-kernels.ts',
      'compose.ts',
      'supervisor',
      'cli',
    ],
    exceptions: {
      'secrets → store': 1,
      'session → lineage': 5,
    },
  },
  {
    folder: 'kernel-bridge/src',
    order: [
      'kernel.ts message.ts errors.ts background.ts remove-file.ts beside.ts process-identity.ts record.ts late.ts secrets',
      'wire.ts signature.ts connection.ts transport.ts channels.ts spool-frames.ts requests.ts executions.ts execute-request.ts conversation.ts agent-code.ts',
      'kernel-folder.ts death.ts process.ts process-record.ts command.ts interrupt.ts kernelspecs.ts spec-paths.ts',
      'spool.ts kernel-facts.ts life.ts live-kernel.ts find.ts orphans.ts pool.ts kernels.ts',
      'providers',
      'index.ts',
    ],
    exceptions: {
      'kernel.ts → process-record.ts': 1,
    },
  },
  {
    folder: 'client/src',
    order: [
      'style',
      'ui',
      'state',
      'text',
      'markdown',
      'room',
      'session',
      'editor',
      'tables',
      'outputs',
      'frame',
      'presence',
      'outline',
      'find',
      'panels',
      'notebook',
      'history',
      'past',
      'variables',
      'comments',
      'machines',
      'app',
      'main.tsx',
    ],
    exceptions: {
      'comments → app': 15,
      'find → app': 2,
      'find → notebook': 1,
      'history → app': 13,
      'history → past': 25,
      'machines → app': 5,
      'notebook → app': 47,
      'notebook → comments': 6,
      'notebook → history': 7,
      'notebook → past': 5,
      'outline → app': 3,
      'outputs → notebook': 5,
      'outputs → past': 1,
      'outputs → app': 14,
      'outputs → history': 2,
      'panels → app': 4,
      'panels → comments': 1,
      'panels → history': 1,
      'panels → machines': 1,
      'panels → variables': 1,
      'past → app': 23,
      'presence → notebook': 2,
      'session → app': 1,
      'text → app': 1,
      'variables → app': 7,
    },
  },
]

/** Files that may have more than 400 lines, and how many. The numbers only shrink. */
export const longFiles: Readonly<Record<string, number>> = {
  'client/test/past.test.ts': 424,
  'kernel-bridge/agent/yesterday_agent/lineage.py': 475,
  'kernel-bridge/agent/yesterday_agent/probes.py': 458,
  'kernel-bridge/agent/yesterday_agent/recorder.py': 421,
  'kernel-bridge/test/kernel.test.ts': 424,
  'server/src/session/session-host.ts': 424,
}
