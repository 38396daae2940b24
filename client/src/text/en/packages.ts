/** Packages of the kernel's environment, and the offer to install what is missing. */
export const packages = {
  'packages.title': 'Packages of the kernel',
  'packages.of': 'Python {version}, {python}',
  'packages.search': 'Search packages',
  'packages.count': { one: '{count} package', other: '{count} packages' },
  'packages.noInstaller': 'Neither pip nor uv is there, so that no package can be installed from here.',
  'packages.installLabel': 'Names to install',
  'packages.install': 'Install',
  'packages.badName': 'Write names, with versions where they matter: pandas>=2',
  'packages.upgrade': 'Upgrade',
  'packages.upgradeName': 'Upgrade {name}',
  'packages.remove': 'Remove',
  'packages.removeName': 'Remove {name}',
  'packages.since': {
    one: '{count} package differs from the last good run ({when})',
    other: '{count} packages differ from the last good run ({when})',
  },
  'packages.pythonSince': 'Python was {was}, and is {is}',
  'packages.change': '{name} was {was}, and is {is}',
  'packages.gone': '{name} {was} is not installed',
  'packages.restore': 'Install these versions',
  'packages.restoreHint':
    'It runs in a new cell, in the environment of the kernel, and is recorded. Restart the kernel after it.',
  'packages.cancel': 'Cancel',
  'install.offer': 'Install {name}',
  'install.title': 'Install {name}?',
  'install.hint':
    'It runs in a new cell above, in the environment of the kernel, and is recorded. A module that is loaded already changes with the next restart.',
  'install.guessed': 'The name is that of the module. Check that {name} is the package that you mean.',
} as const
