/** Words of machines that are reached by SSH. */
export const hosts = {
  'hosts.manage': 'Add a machine by SSH…',
  'hosts.title': 'Machines by SSH',
  'hosts.hint':
    'Kernels run there, on a private Jupyter server. Your ssh connects, with its keys and configuration; it never asks for a password.',
  'hosts.empty': 'No machine was added yet.',
  'hosts.target': 'Host',
  'hosts.port': 'Port',
  'hosts.python': 'Python or environment there, if python3 is not the one',
  'hosts.folder': 'Folder where kernels start',
  'hosts.testing': 'Connecting to {title}…',
  'hosts.works': '{title} offers {kernels}. It has {cpus} CPUs and {memory} of memory{gpus}.',
  'hosts.saved': '{title} is saved. Connecting…',
} as const
