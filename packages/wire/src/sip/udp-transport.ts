import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv4, isIPv6 } from 'node:net'
import { plainAddress } from './ip-address.ts'
import type { OpenTransport, SipTransport, TransportAddress, TransportReceiver } from './transport.ts'

/** RFC 5626 §4.4.1 keep-alives and stray bytes: nothing this short is a SIP message. */
const minMessageBytes = 16

/** Room for a burst of calls: at 1 KiB a message some 2,000 wait in the kernel while we are busy. */
const socketBufferBytes = 2 * 1024 * 1024

/** One UDP socket for all calls (RFC 3261 §18). Port 0 takes any free one. */
export const openUdpTransport: OpenTransport = async (local, receiver, signal) => {
  const socket = createSocket({
    type: isIPv6(local.host) ? 'udp6' : 'udp4',
    recvBufferSize: socketBufferBytes,
    ...(signal ? { signal } : {}),
  })
  try {
    const bound = once(socket, 'listening')
    socket.bind(local.port, local.host)
    await bound
  } catch (error) {
    if (!signal?.aborted) socket.close()
    throw error
  }
  return new UdpTransport(socket, receiver)
}

class UdpTransport implements SipTransport {
  readonly protocol = 'udp'
  readonly reliable = false
  readonly host: string
  readonly port: number
  readonly #socket: Socket
  /** A socket of the newer family reaches the older one by mapped addresses. */
  readonly #mapped: boolean
  #closed: Promise<void> | undefined

  constructor(socket: Socket, receiver: TransportReceiver) {
    const { address, port } = socket.address()
    this.host = address
    this.port = port
    this.#socket = socket
    this.#mapped = isIPv6(address)
    socket.on('message', (bytes, from) => {
      if (bytes.length < minMessageBytes) return
      receiver.message(bytes, { host: plainAddress(from.address), port: from.port })
    })
    socket.on('error', error => receiver.failed(error))
  }

  send(message: Buffer, to: TransportAddress): Promise<void> {
    if (this.#closed) return Promise.reject(new Error('SIP socket is closed'))
    const host = this.#mapped && isIPv4(to.host) ? `::ffff:${to.host}` : to.host
    return new Promise((resolve, reject) => {
      this.#socket.send(message, to.port, host, error => (error ? reject(error) : resolve()))
    })
  }

  close(): Promise<void> {
    this.#closed ??= new Promise(resolve => this.#socket.close(() => resolve()))
    return this.#closed
  }
}
