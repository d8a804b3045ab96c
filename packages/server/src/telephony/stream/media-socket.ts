import type { WebSocket } from 'ws'

/** A vendor's media connection, once it is in our hands: text goes out, whole messages come in. */
export interface MediaSocket {
  send(text: string): void
  close(code: number, reason: string): void
  /** One taker at a time, of messages and of the end. */
  take(taker: MediaTaker): void
  /** What comes from now on is kept for the next taker. */
  hold(): void
  readonly roundTripMs: number | null
}

export interface MediaTaker {
  message(text: string): void
  /** `clean`: the other side said goodbye, with 1000 or 1001 (RFC 6455 section 7.4.1) or no code. */
  closed(clean: boolean): void
}

const pingEveryMs = 5_000
/** More than a minute of audio in the kernel's queue: nobody is reading. */
const mostBufferedBytes = 1024 * 1024
const closeMs = 2_000
/** Between two takers lies a moment, not a call. */
const mostKept = 1_000

export function wrapMediaSocket(socket: WebSocket, onTrouble: (error: unknown) => void): MediaSocket {
  let taker: MediaTaker | undefined
  let kept: string[] = []
  let closedClean: boolean | undefined
  const deliver = (text: string): void => {
    try {
      taker?.message(text)
    } catch (error) {
      onTrouble(error)
    }
  }
  let roundTripMs: number | null = null
  let pingedAt = 0
  const pinging = setInterval(() => {
    pingedAt = performance.now()
    socket.ping()
  }, pingEveryMs)
  pinging.unref()
  socket.on('pong', () => {
    roundTripMs = performance.now() - pingedAt
  })
  socket.on('message', (data, isBinary) => {
    if (isBinary) return
    if (taker) deliver((data as Buffer).toString())
    else if (kept.length < mostKept) kept.push((data as Buffer).toString())
  })
  socket.on('error', () => socket.terminate())
  socket.once('close', code => {
    clearInterval(pinging)
    closedClean = code === 1000 || code === 1001 || code === 1005
    taker?.closed(closedClean)
  })
  return {
    send: text => {
      if (socket.readyState !== socket.OPEN) return
      if (socket.bufferedAmount > mostBufferedBytes) socket.terminate()
      else socket.send(text)
    },
    close: (code, reason) => {
      socket.close(code, reason)
      setTimeout(() => socket.terminate(), closeMs).unref()
    },
    take: next => {
      taker = next
      const waiting = kept
      kept = []
      for (const text of waiting) deliver(text)
      if (closedClean !== undefined) next.closed(closedClean)
    },
    hold: () => {
      taker = undefined
    },
    get roundTripMs() {
      return roundTripMs
    },
  }
}
