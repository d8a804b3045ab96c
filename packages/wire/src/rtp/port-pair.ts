/** An even UDP port for RTP and the odd one above it for RTCP (RFC 3550 §11). */
import { createSocket, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'

export interface PortPair {
  rtp: Socket
  rtcp: Socket
  port: number
}

export interface PortRange {
  min: number
  max: number
}

/** Tries in a row before we believe that the machine has no ports left. */
const EPHEMERAL_TRIES = 64

/** Hands out pairs from a range in turn, so that a port just given back rests as long as possible: stragglers of the last call still arrive there. */
export class PortPairs {
  readonly #host: string
  readonly #range: PortRange | undefined
  #turn = 0

  constructor(host: string, range?: PortRange) {
    this.#host = host
    this.#range = range
  }

  async open(): Promise<PortPair> {
    const { min, max } = this.#range ?? { min: 0, max: 0 }
    const first = min + (min % 2)
    const tries = this.#range ? Math.max(0, Math.floor((max - first + 1) / 2)) : EPHEMERAL_TRIES
    for (let i = 0; i < tries; i++) {
      const port = this.#range ? first + 2 * (this.#turn++ % tries) : 0
      const pair = await this.#tryPair(port)
      if (pair) return pair
    }
    throw new Error(this.#range ? `no free RTP port between ${min} and ${max}` : 'no free RTP port')
  }

  async #tryPair(port: number): Promise<PortPair | undefined> {
    const rtp = await bind(this.#host, port)
    if (!rtp) return undefined
    const even = rtp.address().port
    const rtcp = even % 2 === 0 ? await bind(this.#host, even + 1) : undefined
    if (rtcp) return { rtp, rtcp, port: even }
    rtp.close()
    return undefined
  }
}

/** A bound socket, or undefined where the port is taken; any other fault throws. */
function bind(host: string, port: number): Promise<Socket | undefined> {
  const family = isIPv6(host) ? 6 : 4
  const socket = createSocket({
    type: family === 6 ? 'udp6' : 'udp4',
    // Only addresses are ever given to `send`; Node's own lookup would cost every packet a turn of the loop.
    lookup: (address, _options, done) => done(null, address, family),
  })
  return new Promise((resolve, reject) => {
    socket.once('error', (error: NodeJS.ErrnoException) => {
      socket.close()
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined)
      else reject(error)
    })
    socket.bind({ address: host, port, exclusive: true }, () => {
      socket.removeAllListeners('error')
      resolve(socket)
    })
  })
}
