/** pure. Variables with tokens of the server itself. Kernels and terminals do not get them. */

/** A JupyterHub gives these to a server that it starts. */
export const HUB_SECRETS: readonly string[] = ['JUPYTERHUB_API_TOKEN', 'JPY_API_TOKEN']

export const OWN_TOKENS: readonly string[] = ['YESTERDAY_TOKEN', ...HUB_SECRETS]
