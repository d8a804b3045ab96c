import { randomBytes } from 'node:crypto'
import { lookup } from 'node:dns/promises'
import { isIPv6 } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { readBindingAnswer, writeBindingRequest, type SeenAddress } from '../stun/binding.ts'
import type { SipTransport, TransportAddress } from './transport.ts'

/** RFC 5389 §7.2.1 doubles from 500 ms; a server that is there answers one of these. */
const waitsMs = [500, 1_000, 2_000]

/**
 * Asks a STUN server how the UDP socket looks from outside its NAT. `answers` takes what the socket hears meanwhile.
 * Rejects when the server stays silent: a wrong address would make one-way calls.
 */
export async function seenAddress(
  socket: SipTransport,
  server: TransportAddress,
  answers: (take: (bytes: Buffer) => void) => void,
): Promise<SeenAddress> {
  const { address } = await lookup(server.host, { family: isIPv6(socket.host) ? 6 : 4 })
  const transactionId = randomBytes(12)
  const { promise, resolve } = Promise.withResolvers<SeenAddress>()
  answers(bytes => {
    const seen = readBindingAnswer(bytes, transactionId)
    if (seen) resolve(seen)
  })
  const request = writeBindingRequest(transactionId)
  for (const waitMs of waitsMs) {
    await socket.send(request, { protocol: 'udp', host: address, port: server.port })
    const stop = new AbortController()
    const seen = await Promise.race([promise, delay(waitMs, undefined, { signal: stop.signal })])
    stop.abort()
    if (seen) return seen
  }
  throw new Error('the STUN server does not answer')
}
