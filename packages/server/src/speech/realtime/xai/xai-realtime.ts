import type { Voices } from '../../port.ts'
import type { SocketDeadlines } from '../../socket-session.ts'
import { socketUrl, type Dialect } from '../../realtime-protocol/dialect.ts'
import { recalledAsNote } from '../../realtime-protocol/client-events.ts'
import { dialectVoices } from '../../realtime-protocol/open-voice.ts'
import { forceMessage, heardOnly, sessionUpdate } from './client-events.ts'
import { PROVIDER } from './models.ts'

export interface XaiRealtimeConfig {
  readonly apiKey: string
  /** Default `wss://api.x.ai/v1/realtime`. */
  readonly url?: string
  readonly deadlines?: Partial<SocketDeadlines>
}

/** xAI's Voice Agent. */
export function xaiRealtime({ deadlines, ...address }: XaiRealtimeConfig): Voices {
  return dialectVoices(xaiDialect(address), deadlines)
}

export function xaiDialect({ apiKey, url: root }: { apiKey: string; url?: string }): Dialect {
  return {
    provider: PROVIDER,
    takesTurns: true,
    secret: apiKey,
    headers: { authorization: `Bearer ${apiKey}` },
    url: model => {
      const url = socketUrl(root ?? 'https://api.x.ai/v1/realtime', '')
      url.searchParams.set('model', model)
      return url
    },
    sessionUpdate,
    say: forceMessage,
    saysUnmarked: true,
    recall: recalledAsNote,
    cut: heardOnly,
  }
}
