/** A real sshd on the loopback interface, behind a proxy that cuts connections, and a configuration of ssh that knows it. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { vi } from 'vitest'
import type { Signer } from '../src/index.ts'
import { launchBySsh } from '../src/providers/ssh/command.ts'
import { SshHost } from '../src/providers/ssh/host.ts'
import { keyOf } from '../src/providers/ssh/link.ts'
import { cuttingProxy, freePort } from './jupyter-server.ts'

const SSHD = ['/usr/sbin/sshd', '/usr/local/sbin/sshd'].find((path) => existsSync(path)) ?? null
export const whyNoSshd = SSHD === null ? ' (skipped: there is no sshd; install openssh-server)' : ''

/** Names in `config`: `gpu1`, and `stranger`, whose host key is unknown. */
export async function startSshd(environment: Readonly<Record<string, string>> = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'yssh-'))
  const at = (name: string) => join(dir, name)
  for (const name of ['host', 'mine'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(name)], { stdio: 'ignore' })
  const port = await freePort()
  const proxy = await cuttingProxy(port)
  // Where sshd as root wants a folder of its own.
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
  await writeFile(at('sshd_config'), serverConfig(dir, port, environment))
  const outside = new URL(proxy.url).port
  const key = execFileSync('ssh-keygen', ['-y', '-f', at('host')], { encoding: 'utf8' })
  await writeFile(at('known'), `[127.0.0.1]:${outside} ${key}`)
  await writeFile(at('config'), clientConfig(dir, outside))
  const sshd = spawn(SSHD ?? '', ['-D', '-e', '-f', at('sshd_config')], { stdio: 'ignore' })
  await vi.waitFor(() => reach(port))
  return {
    dir,
    proxy,
    config: at('config'),
    end: async (): Promise<void> => {
      const exited = once(sshd, 'exit')
      if (sshd.exitCode === null && sshd.kill('SIGTERM')) await exited
      await proxy.end()
      await rm(dir, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** The other side has its own notes and data, as another machine has. */
const serverConfig = (dir: string, port: number, more: Readonly<Record<string, string>>): string => `
Port ${port}
ListenAddress 127.0.0.1
HostKey ${dir}/host
PidFile none
AuthorizedKeysFile ${dir}/mine.pub
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
StrictModes no
UsePAM no
PrintMotd no
MaxStartups 100
SetEnv XDG_STATE_HOME=${dir}/state JUPYTER_DATA_DIR=${dir}/data IPYTHONDIR=${dir}/ipython${wordsOf(more)}
`

const wordsOf = (environment: Readonly<Record<string, string>>): string =>
  Object.entries(environment)
    .map(([name, value]) => ` ${name}=${value}`)
    .join('')

const clientConfig = (dir: string, port: string): string => `
Host stranger
  UserKnownHostsFile ${dir}/none
Host keyless
  IdentityFile ${dir}/host
Host !keyless *
  IdentityFile ${dir}/mine
Host *
  HostName 127.0.0.1
  Port ${port}
  User ${userInfo().username}
  IdentitiesOnly yes
  IdentityAgent none
  UserKnownHostsFile ${dir}/known
  GlobalKnownHostsFile /dev/null
`

/** Ends the private Jupyter server of a host, which would wait for hours. */
export const endLaunched = (host: unknown, signer: Signer) =>
  launchBySsh(
    SshHost.parse(host),
    { action: 'stop', key: keyOf(SshHost.parse(host), signer) },
    process.env,
  ).catch(() => null)

async function reach(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
  } finally {
    socket.destroy()
  }
}
