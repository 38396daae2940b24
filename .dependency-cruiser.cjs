// The house's one-way streets (docs/architecture.md): a build fails on a cycle or on an import against the traffic.
/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    { name: 'contract-is-thin', severity: 'error', comment: 'contract imports nothing but types, yjs and the schema library',
      from: { path: '^server/contract' }, to: { pathNot: ['^server/contract', 'node_modules/(yjs|zod)/'] } },
    { name: 'client-sees-contract-only', severity: 'error',
      from: { path: '^client' }, to: { path: '^(server/(src|bin|test)|kernel-bridge|e2e)' } },
    { name: 'server-not-to-client', severity: 'error', from: { path: '^server' }, to: { path: '^(client|e2e)/' } },
    { name: 'bridge-stands-alone', severity: 'error', from: { path: '^kernel-bridge' }, to: { path: '^(client|server|e2e)/' } },
    { name: 'bridge-by-its-door', severity: 'error', comment: 'the server uses the bridge by its index only',
      from: { path: '^server' }, to: { path: '^kernel-bridge/src/(?!index\\.ts)' } },
    { name: 'e2e-drives-the-program', severity: 'error', from: { path: '^e2e' }, to: { path: '^(client|server|kernel-bridge)/' } },
    { name: 'no-orphans', severity: 'warn', from: { orphan: true, pathNot: ['\\.d\\.ts$', '\\.config\\.ts$', 'test/'] }, to: {} },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(\\.build|dist)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] },
  },
}
