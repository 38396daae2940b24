/** What a JupyterHub that starts this server decides. Invariant: its token leaves the environment before anything runs. */
import { logFault } from '@yesterday/kernel-bridge/background'
import { hubListening } from '../http/hub-listening.ts'
import type { Listening } from '../http/listening.ts'
import { JupyterHub } from '../people/hub.ts'
import { HubActivity } from '../people/hub-activity.ts'
import { type HubConfig, readHubConfig } from '../people/hub-config.ts'
import { HUB_SECRETS } from '../secrets/own-tokens.ts'
import type { ServeOptions } from './serve-options.ts'

export interface HubStart {
  readonly config: HubConfig
  readonly provider: JupyterHub
  readonly listening: Listening
  /** Of every answer: the hub compares versions. */
  readonly headers: Readonly<Record<string, string>>
  /** Never to be written down. */
  readonly secrets: readonly string[]
  activity(isBusy: () => Promise<boolean>): HubActivity
}

/** Null where no hub starts this server. Throws `HubConfigError` and `ListeningError`. */
export async function startedByHub({ hubRoles, trustedProxy }: ServeOptions): Promise<HubStart | null> {
  if (hubRoles === null) return null
  const config = readHubConfig(process.env)
  const secrets = HUB_SECRETS.flatMap((name) => process.env[name] ?? [])
  for (const name of HUB_SECRETS) delete process.env[name]
  const provider = new JupyterHub(config, hubRoles)
  const listening = hubListening(config, trustedProxy)
  const onProblem = (error: unknown): void => logFault('reporting activity to the hub', error)
  return {
    config,
    provider,
    listening,
    headers: await versionHeader(provider),
    secrets,
    activity: (isBusy) => new HubActivity({ config, isBusy, onProblem }),
  }
}

async function versionHeader(hub: JupyterHub): Promise<Readonly<Record<string, string>>> {
  try {
    return { 'X-JupyterHub-Version': await hub.version() }
  } catch (error) {
    logFault('asking the hub for its version', error)
    return {}
  }
}
