import type { Voice } from '../speech/port.ts'
import { DialFailed, type Leg } from '../telephony/port.ts'

/** The reply that tells whoever takes over what it is about; asked for while their phone rings. */
export const briefingReplyId = 'briefing'

const briefedMark = 'briefed'
/** The callee waits meanwhile: a voice that is stuck is not waited for. */
const longestBriefingMs = 110_000

/**
 * Lets the voice say its briefing on this line; resolves when it was heard to its end, or when the voice can
 * say no more of it: connecting two people matters more. Rejects with DialFailed when they hang up on it.
 */
export async function speakBriefing(leg: Leg, voice: Voice, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  leg.listen(event => {
    if (event.type === 'mark' && event.name === briefedMark) resolve()
    if (event.type === 'hung_up')
      reject(new DialFailed('rejected', { message: 'They did not take the call over', code: null }))
  })
  voice.listen(event => {
    if (event.type === 'reply_audio' && event.replyId === briefingReplyId) leg.speaker.write(event.audio)
    if (event.type === 'reply_done' && event.replyId === briefingReplyId) leg.speaker.mark(briefedMark)
    if (event.type === 'fault' && event.fatal) resolve()
  })
  const limit = setTimeout(resolve, longestBriefingMs)
  const abort = () => reject(signal.reason)
  signal.addEventListener('abort', abort)
  try {
    signal.throwIfAborted()
    await promise
  } finally {
    clearTimeout(limit)
    leg.speaker.clear()
    signal.removeEventListener('abort', abort)
  }
}
