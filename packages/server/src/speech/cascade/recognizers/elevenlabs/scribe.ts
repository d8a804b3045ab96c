import type { VoiceFault } from '../../../port.ts'
import type { SocketDeadlines, SocketSession } from '../../../socket-session.ts'
import { toldFault, type Origin } from '../../../voice-fault.ts'
import { AudioPieces } from '../../audio-pieces.ts'
import { AudioPlace } from '../../audio-place.ts'
import { openListening } from '../../open-listening.ts'
import type { Recognizer, RecognizerEvent, RecognizerStream } from '../../port.ts'
import { audioChunk, parseScribe, type ScribeMessage } from './transcripts.ts'

export const PROVIDER = 'elevenlabs'

export interface ScribeConfig {
  readonly apiKey: string
  /** Default `wss://api.elevenlabs.io`. */
  readonly url?: string
  readonly deadlines?: Partial<SocketDeadlines>
}

/** 100 ms, the shortest that ElevenLabs advises. */
const PIECE_BYTES = 800

/** ElevenLabs' Scribe v2 Realtime. Its segments end where the cascade's detector finds a pause. */
export function scribeRecognizer(config: ScribeConfig): Recognizer {
  const origin = { provider: PROVIDER, secret: config.apiKey }
  return {
    capabilities: { wordTimes: true },
    open: (session, signal) =>
      openListening(
        {
          ...origin,
          url: realtimeUrl(config, session.language),
          headers: { 'xi-api-key': config.apiKey },
          readiness: frame => readiness(parseScribe(frame), origin),
          stream: socket => new ScribeStream(socket, origin, event => session.onEvent(event)),
          ...(config.deadlines ? { deadlines: config.deadlines } : {}),
        },
        session,
        signal,
      ),
  }
}

function readiness(message: ScribeMessage, origin: Origin): 'ready' | VoiceFault | null {
  if (message.type === 'error') return toldFault(origin, message.kind, message.message)
  return message.type === 'started' ? 'ready' : null
}

function realtimeUrl({ url }: ScribeConfig, tag: string): URL {
  const root = (url ?? 'wss://api.elevenlabs.io').replace(/\/+$/u, '')
  const realtime = new URL(`${root}/v1/speech-to-text/realtime`)
  realtime.protocol = realtime.protocol.replace('http', 'ws')
  const settings = {
    model_id: 'scribe_v2_realtime',
    audio_format: 'ulaw_8000',
    commit_strategy: 'manual',
    include_timestamps: 'true',
    language_code: tag.split('-')[0]?.toLowerCase() ?? 'en',
  }
  for (const [name, value] of Object.entries(settings)) realtime.searchParams.set(name, value)
  return realtime
}

class ScribeStream implements RecognizerStream {
  readonly #socket: SocketSession
  readonly #origin: Origin
  readonly #tell: (event: RecognizerEvent) => void
  readonly #place = new AudioPlace()
  readonly #pieces: AudioPieces
  /** Pauses that were told and not answered yet, oldest first: where each began on the media clock. */
  readonly #pauses: number[] = []
  #speechFromMs: number | null = null
  #over = false

  constructor(socket: SocketSession, origin: Origin, tell: (event: RecognizerEvent) => void) {
    this.#socket = socket
    this.#origin = origin
    this.#tell = tell
    this.#pieces = new AudioPieces(PIECE_BYTES, piece => socket.send(audioChunk(piece, false)))
  }

  hear(frame: Uint8Array, atMs: number): void {
    this.#place.sent(frame.length, atMs)
    this.#pieces.write(frame)
  }

  speech({ type, atMs }: { type: 'started' | 'stopped'; atMs: number }): void {
    if (type === 'started') {
      this.#speechFromMs ??= atMs
      return
    }
    this.#pauses.push(atMs)
    this.#socket.send(audioChunk(this.#pieces.take(), true))
  }

  expect(): void {
    // Scribe takes its key terms when the connection is opened, and not later.
  }

  received(frame: string): void {
    if (this.#over) return
    const message = parseScribe(frame)
    if (message.type === 'partial') this.#partial(message.text)
    else if (message.type === 'timed') this.#committed(message)
    // Each comes once more with word times, which only matters where there are words.
    else if (message.type === 'committed' && message.text === '') this.#answer()
    else if (message.type === 'throttled') this.#answer()
    else if (message.type === 'error') this.#failed(message.kind, message.message)
    else if (message.type === 'garbage') this.#failed('protocol', 'a frame could not be read')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#over) return
    this.#over = true
    await this.#socket[Symbol.asyncDispose]()
  }

  /** Guesses come without times: they reach from the onset of the speech to the newest audio. */
  #partial(text: string): void {
    if (text === '') return
    const endMs = this.#place.untilMs
    this.#tell({ type: 'partial', text, startMs: this.#speechFromMs ?? endMs, endMs })
  }

  #committed({ text, words }: Extract<ScribeMessage, { type: 'timed' }>): void {
    if (text === '') return
    const pausedMs = this.#pauses.shift()
    const startMs = words[0]?.startMs ?? this.#place.sentMs
    const told = this.#place.recognized({ text, words, startMs, endMs: words.at(-1)?.endMs ?? startMs })
    this.#speechFromMs = null
    this.#tell({ type: 'final', ...told, more: pausedMs === undefined })
  }

  /** Nothing was said before the pause. */
  #answer(): void {
    const atMs = this.#pauses.shift()
    if (atMs === undefined) return
    this.#speechFromMs = null
    this.#tell({ type: 'final', text: '', startMs: atMs, endMs: atMs })
  }

  #failed(kind: VoiceFault['kind'], message: string): void {
    const fault = toldFault(this.#origin, kind, message)
    if (kind === 'protocol') return this.#tell({ type: 'fault', fault, fatal: false })
    this.#over = true
    void this.#socket[Symbol.asyncDispose]()
    this.#tell({ type: 'fault', fault, fatal: true })
  }
}
