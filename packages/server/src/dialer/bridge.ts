import type { Leg } from '../telephony/port.ts'

/** Packets come in bursts and clocks differ: more than this is dropped, so that nobody hears the past. */
const mostQueuedMs = 240

/**
 * Connects two people: the sound of each into the other's line, keys passed on. Resolves when either hangs
 * up, a line is lost or the signal is aborted; both legs are still the caller's to hang up.
 */
export async function bridge(one: Leg, other: Leg, signal: AbortSignal): Promise<void> {
  const over = Promise.withResolvers<void>()
  const ended = new AbortController()
  const end = () => {
    ended.abort()
    over.resolve()
  }
  signal.addEventListener('abort', end, { once: true })
  if (signal.aborted) end()
  try {
    pass(one, other, { end, signal: ended.signal })
    pass(other, one, { end, signal: ended.signal })
    await over.promise
  } finally {
    signal.removeEventListener('abort', end)
  }
}

function pass(from: Leg, to: Leg, { end, signal }: { end: () => void; signal: AbortSignal }): void {
  const { speaker } = to
  from.hear(frame => {
    if (!signal.aborted && speaker.queuedMs < mostQueuedMs) speaker.write(frame)
  })
  let keys: Promise<void> = Promise.resolve()
  from.listen(event => {
    if (event.type === 'hung_up') end()
    // A key that can not be passed on is lost to the other side; the talk goes on.
    if (event.type === 'digit')
      keys = keys.then(() => to.sendDigits(event.digit, signal)).catch(() => undefined)
  })
}
