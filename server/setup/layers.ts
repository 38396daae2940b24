/**
 * The layers of each package, lowest first: a folder imports from folders before it and from itself. A file that is in no
 * folder is a layer by its name. Names on one line are one layer. `npm run check` refuses an import that goes up.
 */
export interface Layers {
  /** Of the package's sources, from the root of the repository. */
  readonly folder: string
  readonly order: readonly string[]
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
      'lineage',
      'prediction',
      'session',
      'git',
      'replay',
      'sweeps',
      'export',
      'results',
      'people',
      'code-tools',
      'environments',
      'terminals',
      'notify',
      'http',
      'jupyter-api',
      'project.ts front.ts late-kernels.ts notes.ts',
      'place-sources.ts public-link-parts.ts',
      'compose.ts',
      'supervisor',
      'cli',
    ],
  },
  {
    folder: 'kernel-bridge/src',
    order: [
      'kernel.ts message.ts errors.ts log.ts background.ts remove-file.ts regular-file.ts beside.ts process-identity.ts owned-name.ts record.ts late.ts elsewhere.ts secrets',
      'wire.ts signature.ts connection.ts transport.ts channels.ts spool-frames.ts requests.ts executions.ts execute-request.ts conversation.ts agent-code.ts',
      'kernel-folder.ts death.ts process.ts process-record.ts command.ts interrupt.ts kernelspecs.ts spec-paths.ts provider.ts',
      'spool.ts spool-objects.ts kernel-facts.ts life.ts live-kernel.ts local-host.ts find.ts orphans.ts pool.ts',
      'providers',
      'kernels.ts',
      'index.ts',
    ],
  },
  {
    folder: 'client/src',
    order: [
      'style',
      'state',
      'text',
      'api',
      'navigation',
      'ui',
      'settings',
      'files',
      'markdown',
      'room',
      'terminals',
      'session',
      'names',
      'editor',
      'tables',
      'frames',
      'access',
      'outputs',
      'frame',
      'presence',
      'outline',
      'find',
      'panels',
      'conflicts',
      'notebook',
      'file',
      'app',
      'main.tsx',
    ],
  },
]
