import type { TalkMessage, VoiceSession } from '../port.ts'
import type { SpokenReply } from './spoken-reply.ts'

/** How one vendor's service differs from the others that speak OpenAI's Realtime protocol. */
export interface Dialect {
  readonly provider: string
  /** The key: struck out of every message, should the vendor echo it. */
  readonly secret: string
  readonly headers: Readonly<Record<string, string>>
  /** The server answers and stops by itself; otherwise it is told when. */
  readonly takesTurns: boolean
  url(model: string): URL
  sessionUpdate(session: VoiceSession): object
  /** Asks for exactly these words. */
  say(replyId: string, text: string): object
  /** The response to say() does not tell which request it answers. */
  readonly saysUnmarked: boolean
  /** Tells a new session of what was said before it. */
  recall(past: readonly TalkMessage[]): readonly object[]
  /** What makes the model forget what the callee did not hear of a reply. */
  cut(reply: SpokenReply, playedMs: number): readonly object[]
}

/** A WebSocket address of a service whose root was given in either scheme. */
export function socketUrl(root: string, path: string): URL {
  const url = new URL(`${root.replace(/\/+$/u, '')}${path}`)
  if (url.protocol === 'https:') url.protocol = 'wss:'
  if (url.protocol === 'http:') url.protocol = 'ws:'
  return url
}
