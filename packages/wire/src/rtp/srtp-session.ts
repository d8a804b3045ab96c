import type { SrtpKey, SrtpKeys } from './srtp-key.ts'
import { SrtpReceiver } from './srtp-receiver.ts'
import { SrtpSender } from './srtp-sender.ts'

/** Both directions of one protected stream; absent while the stream is plain. */
export interface SrtpSession {
  readonly keys: SrtpKeys
  readonly sender: SrtpSender
  readonly receiver: SrtpReceiver
}

/** What a new description makes of the protection in force: a direction whose key stays goes on with its counters. */
export function nextSrtpSession(
  current: SrtpSession | undefined,
  keys: SrtpKeys | undefined,
): SrtpSession | undefined {
  if (!keys) return undefined
  const keepsSender = current && isSame(current.keys.send, keys.send)
  const keepsReceiver = current && isSame(current.keys.receive, keys.receive)
  return {
    keys,
    sender: keepsSender ? current.sender : new SrtpSender(keys.send),
    receiver: keepsReceiver ? current.receiver : new SrtpReceiver(keys.receive),
  }
}

function isSame(a: SrtpKey, b: SrtpKey): boolean {
  return a.suite === b.suite && Buffer.from(a.master).equals(b.master)
}
