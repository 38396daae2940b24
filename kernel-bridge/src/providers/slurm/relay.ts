/**
 * Carries connections of this machine to the Unix socket of a server on a node, over the streams of one step of its job
 * (agent/yesterday_launcher/relay.py has the format). Chosen over a port of the node, which every user of the cluster could
 * reach, and over `ssh` to the node, which many clusters forbid: a step runs wherever `sbatch` does, and Slurm itself
 * proves on both sides whose it is. Invariant: what is not read holds up its own connection alone.
 */
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { inBackground } from '../../background.ts'
import type { OpenCommand } from './commands.ts'

const WINDOW = 1024 * 1024
const PART = 32 * 1024
const RETRY_MS = [200, 500, 1_000, 2_000, 5_000]

interface Stream {
  readonly socket: Socket
  /** Bytes that the other side did not take yet. */
  open: number
}

export class Relay {
  readonly #openStep: () => OpenCommand
  readonly #onLost: (why: string) => void
  readonly #server: Server
  /** Of mode 700: no other user of this machine can connect. */
  readonly #folder = mkdtempSync(join(tmpdir(), 'yesterday-relay-'))
  readonly #streams = new Map<number, Stream>()
  #step: OpenCommand | null = null
  #isReady = false
  #waiting: (() => void)[] = []
  #next = 0
  #tries = 0
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  private constructor(openStep: () => OpenCommand, onLost: (why: string) => void) {
    this.#openStep = openStep
    this.#onLost = onLost
    this.#server = createServer((socket) => this.#accept(socket))
  }

  /** `onLost` hears of each loss of the step; it is opened again until `close`. */
  static async open(openStep: () => OpenCommand, onLost: (why: string) => void): Promise<Relay> {
    const relay = new Relay(openStep, onLost)
    relay.#server.listen(relay.socketPath)
    await once(relay.#server, 'listening')
    relay.#server.unref()
    relay.#connect()
    return relay
  }

  /** Where it listens on this machine. */
  get socketPath(): string {
    return join(this.#folder, 's')
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.#server.close()
    rmSync(this.#folder, { recursive: true, force: true })
    this.#drop()
    this.#step?.end()
  }

  #connect(): void {
    if (this.#isClosed) return
    const step = this.#openStep()
    this.#step = step
    const lines = createInterface({ input: step.stdout })
    lines.on('line', (line) => this.#hear(line))
    const untilEnd = async () => {
      const why = await step.ended
      if (this.#step !== step || this.#isClosed) return
      this.#isReady = false
      this.#drop()
      this.#onLost(why)
      const wait = RETRY_MS[Math.min(this.#tries, RETRY_MS.length - 1)] ?? 0
      this.#tries += 1
      this.#timer = setTimeout(() => this.#connect(), wait)
      this.#timer.unref()
    }
    inBackground(untilEnd(), 'the step of a job')
  }

  /** Connections are cut; who holds them connects again. */
  #drop(): void {
    const streams = [...this.#streams.values()]
    this.#streams.clear()
    for (const { socket } of streams) socket.destroy()
    this.#waiting = []
  }

  #accept(socket: Socket): void {
    const number = this.#next++
    const stream: Stream = { socket, open: 0 }
    this.#streams.set(number, stream)
    socket.setNoDelay()
    socket.on('error', () => undefined)
    socket.on('data', (bytes) => {
      for (let at = 0; at < bytes.byteLength; at += PART)
        this.#say(`${number} d ${bytes.subarray(at, at + PART).toString('base64')}`)
      stream.open += bytes.byteLength
      if (stream.open >= WINDOW) socket.pause()
    })
    socket.on('close', () => {
      if (this.#streams.delete(number)) this.#say(`${number} c`)
    })
    socket.pause()
    const begin = () => {
      this.#say(`${number} o`)
      socket.resume()
    }
    if (this.#isReady) begin()
    else this.#waiting.push(begin)
  }

  #say(line: string): void {
    if (this.#isReady) this.#step?.stdin.write(`${line}\n`)
  }

  #hear(line: string): void {
    if (line === 'ready' && !this.#isReady) {
      this.#isReady = true
      this.#tries = 0
      for (const begin of this.#waiting.splice(0)) begin()
      return
    }
    const [number, kind, rest = ''] = line.split(' ')
    const stream = this.#streams.get(Number(number))
    if (stream === undefined) return
    if (kind === 'd') this.#deliver(Number(number), stream, Buffer.from(rest, 'base64'))
    else if (kind === 'a') this.#acknowledged(stream, Number(rest))
    else if (kind === 'c') {
      this.#streams.delete(Number(number))
      stream.socket.end()
    }
  }

  #deliver(number: number, { socket }: Stream, bytes: Buffer): void {
    // Called when the bytes are handed to the system: a connection that is not read is not acknowledged.
    socket.write(bytes, (error) => {
      if (error === null || error === undefined) this.#say(`${number} a ${bytes.byteLength}`)
    })
  }

  #acknowledged(stream: Stream, count: number): void {
    if (!Number.isSafeInteger(count) || count < 0) return
    stream.open -= count
    if (stream.open < WINDOW) stream.socket.resume()
  }
}
