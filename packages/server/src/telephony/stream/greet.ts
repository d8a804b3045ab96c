import type { StreamCodec, Vendor } from '../vendor.ts'
import type { MediaConnection } from './expected-calls.ts'
import type { MediaSocket } from './media-socket.ts'

/** A connection that has not said which stream it is within this time is cut, in milliseconds. */
const startDeadlineMs = 5_000
/** Policy violation, RFC 6455 section 7.4.1. */
export const policyViolation = 1008

/** Waits for the message that opens a stream, and hands the connection on with it. */
export function greet(
  socket: MediaSocket,
  vendor: Vendor,
  connected: (media: MediaConnection) => void,
): void {
  const codec = vendor.openStream()
  const late = setTimeout(() => socket.close(policyViolation, 'no start'), startDeadlineMs)
  socket.take({
    message: text => {
      const start = readStart(text, codec)
      if (start === null) return
      clearTimeout(late)
      if (start === 'foreign') socket.close(policyViolation, 'not a stream')
      else connected({ socket, codec, start })
    },
    closed: () => clearTimeout(late),
  })
}

function readStart(text: string, codec: StreamCodec): MediaConnection['start'] | 'foreign' | null {
  try {
    const message = codec.read(text)
    if (message === null) return null
    return message.type === 'start' ? message : 'foreign'
  } catch {
    // Whoever knows the address and does not speak the protocol is cut off like anybody else.
    return 'foreign'
  }
}
