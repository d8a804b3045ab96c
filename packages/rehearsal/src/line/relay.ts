import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { fateOf, seededRandom, type LineProfile } from './profile.ts'

export interface RelayOptions {
  readonly host: string
  readonly target: { readonly host: string; readonly port: number }
  readonly profile: LineProfile
  /** The same seed treats the n-th packet of a direction the same way in every run. */
  readonly seed: number
}

/** Packets of one direction. `dropped` are those the profile lost, and those over the limit in flight. */
export interface RelayCounts {
  received: number
  dropped: number
  delivered: number
}

/**
 * A bad line between one client and one target: whoever sends to `port` reaches the target, and what
 * the target answers goes back to who sent last. UDP only; SIP or RTP alike.
 */
export interface Relay extends AsyncDisposable {
  readonly host: string
  readonly port: number
  /** Where the target sees the client: it sends here to reach them. */
  readonly targetSidePort: number
  readonly towardsTarget: Readonly<RelayCounts>
  readonly towardsClient: Readonly<RelayCounts>
}

const mostInFlight = 10_000

export async function openRelay({ host, target, profile, seed }: RelayOptions): Promise<Relay> {
  await using opened = new AsyncDisposableStack()
  const near = opened.use(await openSocket(host))
  const far = opened.use(await openSocket(host))
  const there = opened.use(createDirection(profile, seed))
  const back = opened.use(createDirection(profile, seed + 1))
  let client: { address: string; port: number } | null = null
  near.socket.on('message', (packet, from) => {
    client = from
    there.carry(packet, copy => far.send(copy, target.port, target.host))
  })
  far.socket.on('message', packet => {
    back.carry(packet, copy => {
      if (client) near.send(copy, client.port, client.address)
    })
  })
  const rest = opened.move()
  return {
    host,
    port: near.socket.address().port,
    targetSidePort: far.socket.address().port,
    towardsTarget: there.counts,
    towardsClient: back.counts,
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  }
}

function createDirection(profile: LineProfile, seed: number) {
  const random = seededRandom(seed)
  const counts: RelayCounts = { received: 0, dropped: 0, delivered: 0 }
  const flying = new Set<NodeJS.Timeout>()
  return {
    counts,
    carry(packet: Buffer, deliver: (copy: Buffer) => void): void {
      counts.received += 1
      const delays = flying.size < mostInFlight ? fateOf(profile, random) : []
      if (delays.length === 0) counts.dropped += 1
      for (const delayMs of delays) {
        const timer = setTimeout(() => {
          flying.delete(timer)
          counts.delivered += 1
          deliver(packet)
        }, delayMs)
        flying.add(timer)
      }
    },
    [Symbol.dispose](): void {
      for (const timer of flying) clearTimeout(timer)
      flying.clear()
    },
  }
}

interface OpenSocket extends AsyncDisposable {
  readonly socket: Socket
  send(packet: Buffer, port: number, host: string): void
}

async function openSocket(host: string): Promise<OpenSocket> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
  socket.bind(0, host)
  await once(socket, 'listening')
  // A closed port at the other end shows as ECONNREFUSED on a later packet; a line just goes on.
  socket.on('error', () => undefined)
  let closed = false
  return {
    socket,
    send(packet, port, address) {
      if (!closed) socket.send(packet, port, address, () => undefined)
    },
    async [Symbol.asyncDispose]() {
      if (closed) return
      closed = true
      const { promise, resolve } = Promise.withResolvers<void>()
      socket.close(() => resolve())
      await promise
    },
  }
}
