/** Real servers for the tests of other packages: Jupyter Server, and an sshd. */
export * from './jupyter-server.ts'
export { endLaunched, startSshd, whyNoSshd } from './sshd.ts'
