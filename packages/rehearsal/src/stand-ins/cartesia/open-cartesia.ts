import type { IncomingMessage } from 'node:http'
import type { RawData } from 'ws'
import { openLoopback } from '../loopback.ts'
import type { StandIn } from '../stand-in.ts'
import { ClonedVoices, isOfVoices } from './cloned-voices.ts'
import { TtsSession, type CartesiaSpeech } from './tts-session.ts'

export interface CartesiaOptions extends Partial<CartesiaSpeech> {
  /** The only key that is let in; default: any non-empty one. */
  readonly apiKey?: string
}

/**
 * Cartesia's text to speech over WebSocket, `/tts/websocket`, and its cloned voices, `/voices`. It speaks µ-law at 8 kHz
 * and nothing else.
 */
export async function openCartesia(options: CartesiaOptions = {}): Promise<StandIn> {
  const usual = { firstAudioMs: 40, betweenPiecesMs: 5, sampleRateHz: 8000, timestamps: true, voices: null }
  const cloned = new ClonedVoices()
  return await openLoopback({
    requested: (request, response, log) => cloned.answer(request, response, log),
    authorize: request => refusalOf(request, options.apiKey),
    connected: line => {
      const session = new TtsSession(line, { ...usual, ...options })
      line.socket.on('message', (data: RawData) => session.receive((data as Buffer).toString()))
      line.socket.once('close', () => session.end())
    },
  })
}

function refusalOf(request: IncomingMessage, apiKey: string | undefined): number | null {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stand-in')
  if (pathname !== '/tts/websocket' && !isOfVoices(request)) return 404
  const key = keyOf(request) ?? searchParams.get('api_key') ?? ''
  if (key === '' || (apiKey !== undefined && key !== apiKey)) return 401
  const version = request.headers['cartesia-version'] ?? searchParams.get('cartesia_version')
  return typeof version === 'string' && /^\d{4}-\d{2}-\d{2}$/u.test(version) ? null : 400
}

function keyOf({ headers }: IncomingMessage): string | undefined {
  const own = headers['x-api-key']
  if (typeof own === 'string') return own
  return /^bearer (?<key>\S+)$/iu.exec(headers.authorization ?? '')?.groups?.['key']
}
