import type { IncomingMessage } from 'node:http'
import { openLoopback } from '../loopback.ts'
import {
  bearerOf,
  modelOf,
  serveRealtime,
  type OpenAiRealtimeOptions,
} from '../openai-realtime/open-openai-realtime.ts'
import type { Protocol, ServerMessage } from '../openai-realtime/realtime-session.ts'
import type { StandIn } from '../stand-in.ts'
import { parseVoiceAgentEvent } from './voice-agent-events.ts'

/** xAI's Voice Agent: `/v1/realtime`. */
export async function openXai(options: OpenAiRealtimeOptions = {}): Promise<StandIn> {
  return await openLoopback({
    authorize: request => refusalOf(request, options.apiKey),
    connected: serveRealtime(options, () => voiceAgent()),
  })
}

function refusalOf(request: IncomingMessage, apiKey: string | undefined): number | null {
  if (new URL(request.url ?? '/', 'http://stand-in').pathname !== '/v1/realtime') return 404
  const key = bearerOf(request)
  if (key === undefined || (apiKey !== undefined && key !== apiKey)) return 401
  return modelOf(request) === null ? 400 : null
}

const TRANSCRIPTION = 'conversation.item.input_audio_transcription'

/** Transcripts grow as snapshots, and speech has no positions. */
function voiceAgent(): Protocol {
  let words = ''
  const tell = (event: ServerMessage): ServerMessage[] => {
    switch (event.type) {
      case 'session.created': {
        const conversation = { id: 'conv_stand_in', object: 'realtime.conversation' }
        return [{ type: 'conversation.created', conversation }, event]
      }
      case 'input_audio_buffer.speech_started':
      case 'input_audio_buffer.speech_stopped':
        return [{ type: event.type, item_id: event['item_id'] }]
      case `${TRANSCRIPTION}.delta`: {
        words += String(event['delta'])
        return [{ type: `${TRANSCRIPTION}.updated`, item_id: event['item_id'], transcript: words }]
      }
      case `${TRANSCRIPTION}.completed`:
        words = ''
        return [{ ...event, status: 'completed' }]
      default:
        return [event]
    }
  }
  return { parse: parseVoiceAgentEvent, tell }
}
