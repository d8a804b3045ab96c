import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RawData } from 'ws'
import type { HearingOptions } from '../hearing.ts'
import { openLoopback, type Log } from '../loopback.ts'
import { RecognitionSession } from './recognition-session.ts'
import type { StandIn } from '../stand-in.ts'
import { synthesize, type AzureVoicing } from './synthesis-request.ts'
import { SynthesisSession } from './synthesis-session.ts'

export interface AzureSpeechOptions extends Partial<AzureVoicing>, HearingOptions {
  /** The only key that is let in; default: any non-empty one. */
  readonly apiKey?: string
}

const SPEAK = '/cognitiveservices/v1'
const VOICES = '/cognitiveservices/voices/list'
const HEAR_SOCKET = '/speech/recognition/conversation/cognitiveservices/v1'
const SPEAK_SOCKET = '/tts/cognitiveservices/websocket/v1'

const usualVoices = [
  'en-US-AvaMultilingualNeural',
  'en-US-AndrewMultilingualNeural',
  'en-US-EmmaMultilingualNeural',
  'en-US-BrianMultilingualNeural',
  'en-US-JennyNeural',
  'en-GB-SoniaNeural',
  'es-ES-ElviraNeural',
  'es-ES-AlvaroNeural',
  'es-MX-DaliaNeural',
  'es-MX-JorgeNeural',
  'es-US-PalomaNeural',
  'fr-FR-DeniseNeural',
  'de-DE-KatjaNeural',
]

/** Azure Speech: synthesis over HTTP, and both ways over the WebSocket that the vendor's SDK speaks. */
export async function openAzureSpeech(options: AzureSpeechOptions = {}): Promise<StandIn> {
  const usual = { firstAudioMs: 40, betweenPiecesMs: 2, sampleRateHz: 8000, voices: usualVoices }
  const voicing: AzureVoicing = { ...usual, ...options }
  return await openLoopback({
    authorize: request => refusalOf(request, options.apiKey),
    requested: (request, response, log) => answer(request, response, { log, voicing }),
    connected: (line, request) => {
      const hears = pathOf(request) !== SPEAK_SOCKET
      const session = hears ? new RecognitionSession(line, options) : new SynthesisSession(line, voicing)
      line.socket.on('message', (data: RawData, isBinary) => session.receive(data as Buffer, isBinary))
    },
  })
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { log, voicing }: { log: Log; voicing: AzureVoicing },
): Promise<void> {
  if (pathOf(request) === SPEAK) return await synthesize(request, response, { log, voicing })
  log('in', 'voices/list')
  response
    .writeHead(200, { 'content-type': 'application/json' })
    .end(JSON.stringify(voicing.voices.map(listed)))
}

function listed(name: string): object {
  const Locale = name.slice(0, 5)
  const short = name.slice(6).replace('Neural', '')
  return {
    Name: `Microsoft Server Speech Text to Speech Voice (${Locale}, ${short}Neural)`,
    DisplayName: short,
    LocalName: short,
    ShortName: name,
    Gender: 'Female',
    Locale,
    SampleRateHertz: '24000',
    VoiceType: 'Neural',
    Status: 'GA',
  }
}

function refusalOf(request: IncomingMessage, apiKey: string | undefined): number | null {
  const path = pathOf(request)
  const known = { [SPEAK]: 'POST', [VOICES]: 'GET', [SPEAK_SOCKET]: 'GET', [HEAR_SOCKET]: 'GET' }[path]
  if (known !== request.method) return 404
  const key = keyOf(request)
  return key === null || key === '' || (apiKey !== undefined && key !== apiKey) ? 401 : null
}

/** A header; the SDK puts it into the address where its WebSocket can send none. */
function keyOf({ headers, url }: IncomingMessage): string | null {
  const key = headers['ocp-apim-subscription-key']
  return typeof key === 'string'
    ? key
    : new URL(url ?? '/', 'http://stand-in').searchParams.get('Ocp-Apim-Subscription-Key')
}

function pathOf({ url }: IncomingMessage): string {
  return new URL(url ?? '/', 'http://stand-in').pathname
}
