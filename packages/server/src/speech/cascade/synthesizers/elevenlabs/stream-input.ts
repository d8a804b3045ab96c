import { type JsonObject, listAt, objectAt, parseObject, textAt } from '../../../json-object.ts'
import { VoiceFault } from '../../../port.ts'

export const PROVIDER = 'elevenlabs'

/**
 * The messages of ElevenLabs' text-to-speech WebSocket.
 * https://elevenlabs.io/docs/api-reference/text-to-speech/v-1-text-to-speech-voice-id-stream-input
 */
export type ElevenLabsMessage =
  /** The letters this audio says and how long they take, null where the service does not tell. */
  | { type: 'audio'; audio: Uint8Array; text: string | null; lengthMs: number | null; last: boolean }
  | { type: 'error'; fault: VoiceFault }
  | { type: 'garbage' }

/** Begins an utterance. The single space is prescribed. */
export const beginUtterance = JSON.stringify({
  text: ' ',
  voice_settings: { stability: 0.5, similarity_boost: 0.8 },
})

/** Ends an utterance: what is still held back is spoken, then the service closes. */
export const endUtterance = JSON.stringify({ text: '' })

/** A piece has to end with a space, or its last word might be joined to the next. */
export function textPiece(text: string): string {
  return JSON.stringify({ text: /\s$/u.test(text) ? text : `${text} ` })
}

export function parseElevenLabs(frame: string): ElevenLabsMessage {
  const message = parseObject(frame)
  if (!message) return { type: 'garbage' }
  const error = textAt(message, 'error')
  if (error !== null) return { type: 'error', fault: faultOf(error, textAt(message, 'message') ?? '') }
  const audio = textAt(message, 'audio')
  const last = message['isFinal'] === true
  if (audio === null && !last) return 'audio' in message ? empty : { type: 'garbage' }
  const alignment = objectAt(message, 'alignment')
  const text = alignment ? listAt(alignment, 'chars').join('') : null
  return {
    type: 'audio',
    audio: Buffer.from(audio ?? '', 'base64'),
    text,
    lengthMs: lengthOf(alignment),
    last,
  }
}

const empty: ElevenLabsMessage = {
  type: 'audio',
  audio: new Uint8Array(),
  text: null,
  lengthMs: null,
  last: false,
}

function lengthOf(alignment: JsonObject | null): number | null {
  const startMs = listAt(alignment, 'charStartTimesMs').at(-1)
  const durationMs = listAt(alignment, 'charDurationsMs').at(-1)
  return typeof startMs === 'number' && typeof durationMs === 'number' ? startMs + durationMs : null
}

/** The service's codes name what went wrong; only a few of them concern the platform differently. */
function faultOf(code: string, message: string): VoiceFault {
  return new VoiceFault(PROVIDER, kindOf(code), { message: `${code}: ${message}`.slice(0, 200) })
}

function kindOf(code: string): VoiceFault['kind'] {
  if (/quota|credits/u.test(code)) return 'quota'
  if (/api_key|unauthori|permission/u.test(code)) return 'unauthorized'
  if (/concurrent|rate_limit|busy/u.test(code)) return 'rate_limited'
  if (/timeout/u.test(code)) return 'timeout'
  return 'refused'
}

/** Whether a language may be named with this model: the multilingual ones find it out by themselves. */
export function takesLanguage(model: string): boolean {
  return /_v2_5$|_v3$/u.test(model)
}
