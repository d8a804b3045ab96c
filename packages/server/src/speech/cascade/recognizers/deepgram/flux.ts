import type { VoiceFault } from '../../../port.ts'
import type { SocketDeadlines, SocketSession } from '../../../socket-session.ts'
import { toldFault, type Origin } from '../../../voice-fault.ts'
import { AudioPieces } from '../../audio-pieces.ts'
import { AudioPlace } from '../../audio-place.ts'
import { openListening } from '../../open-listening.ts'
import type { Recognizer, RecognizerEvent, RecognizerStream } from '../../port.ts'
import { parseFlux, type FluxMessage } from './turn-info.ts'

export const FLUX = 'deepgram-flux'

export interface FluxConfig {
  readonly apiKey: string
  /** Default `wss://api.deepgram.com`. */
  readonly url?: string
  readonly deadlines?: Partial<SocketDeadlines>
}

/** 80 ms, as Deepgram advises for Flux. */
const PIECE_BYTES = 640
/** So sure must Flux be of the end of a turn, and of its guess at one. */
const SURE = '0.7'
const LIKELY = '0.5'
/** After so much silence a turn is over, whatever was said: what conversations wait for unfinished words. */
const LONGEST_SILENCE_MS = 2_500
/** Their numbers stay words. */
const WITHOUT_NUMERALS = ['hi', 'ja']

/** Deepgram's Flux, which finds the ends of turns by itself, and guesses them early. */
export function fluxRecognizer(config: FluxConfig): Recognizer {
  const origin = { provider: FLUX, secret: config.apiKey }
  return {
    capabilities: { wordTimes: true, endsTurns: { withinMs: LONGEST_SILENCE_MS } },
    open: (session, signal) =>
      openListening(
        {
          ...origin,
          url: listenUrl(config, session.language),
          headers: { authorization: `Token ${config.apiKey}` },
          readiness: frame => readiness(parseFlux(frame), origin),
          stream: socket => new FluxStream(socket, origin, event => session.onEvent(event)),
          ...(config.deadlines ? { deadlines: config.deadlines } : {}),
        },
        session,
        signal,
      ),
  }
}

function readiness(message: FluxMessage, origin: Origin): 'ready' | VoiceFault | null {
  if (message.type === 'error') return toldFault(origin, 'refused', `${message.code}: ${message.message}`)
  return message.type === 'connected' ? 'ready' : null
}

function listenUrl({ url }: FluxConfig, tag: string): URL {
  const listen = new URL(`${(url ?? 'wss://api.deepgram.com').replace(/\/+$/u, '')}/v2/listen`)
  listen.protocol = listen.protocol.replace('http', 'ws')
  const language = tag.split('-')[0]?.toLowerCase() ?? 'en'
  const settings = {
    model: language === 'en' ? 'flux-general-en' : 'flux-general-multi',
    ...(language === 'en' ? {} : { language_hint: language }),
    ...(WITHOUT_NUMERALS.includes(language) ? {} : { numerals: 'true' }),
    encoding: 'mulaw',
    sample_rate: '8000',
    eot_threshold: SURE,
    eager_eot_threshold: LIKELY,
    eot_timeout_ms: String(LONGEST_SILENCE_MS),
  }
  for (const [name, value] of Object.entries(settings)) listen.searchParams.set(name, value)
  return listen
}

class FluxStream implements RecognizerStream {
  readonly #socket: SocketSession
  readonly #origin: Origin
  readonly #tell: (event: RecognizerEvent) => void
  readonly #place = new AudioPlace()
  readonly #pieces: AudioPieces
  /** Told last as a guess. */
  #guessed = ''
  /** The pause that waits for an answer began at this point of the media clock. */
  #pausedMs: number | null = null
  #over = false

  constructor(socket: SocketSession, origin: Origin, tell: (event: RecognizerEvent) => void) {
    this.#socket = socket
    this.#origin = origin
    this.#tell = tell
    this.#pieces = new AudioPieces(PIECE_BYTES, piece => socket.send(piece))
  }

  hear(frame: Uint8Array, atMs: number): void {
    this.#place.sent(frame.length, atMs)
    this.#pieces.write(frame)
  }

  speech({ type, atMs }: { type: 'started' | 'stopped'; atMs: number }): void {
    this.#pausedMs = type === 'stopped' ? atMs : null
  }

  expect(): void {
    // Key terms could be configured, but one phrase list for each question would bias it against free answers.
  }

  received(frame: string): void {
    if (this.#over) return
    const message = parseFlux(frame)
    if (message.type === 'turn') this.#turn(message)
    else if (message.type === 'garbage') this.#stumble('a frame could not be read')
    else if (message.type === 'error') this.#stumble(`${message.code}: ${message.message}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#over) return
    this.#over = true
    this.#socket.send('{"type":"CloseStream"}')
    await this.#socket[Symbol.asyncDispose]()
  }

  #turn(turn: Extract<FluxMessage, { type: 'turn' }>): void {
    if (turn.state === 'over') {
      this.#guessed = ''
      this.#pausedMs = null
      this.#tell({ type: 'final', ...this.#place.recognized(turn), turnOver: true })
    } else if (turn.text === '') {
      this.#answerNoise(this.#place.mediaMs(turn.listenedMs))
    } else if (turn.state === 'likely') {
      this.#guessed = `${turn.text} likely`
      this.#tell({ type: 'partial', ...this.#place.recognized(turn), turnOver: true })
    } else if (turn.text !== this.#guessed) {
      this.#guessed = turn.text
      this.#tell({ type: 'partial', ...this.#place.recognized(turn) })
    }
  }

  /** Sound that Flux has listened to beyond the pause, and found no words in. */
  #answerNoise(listenedMs: number): void {
    const atMs = this.#pausedMs
    if (atMs === null || listenedMs < atMs) return
    this.#pausedMs = null
    this.#tell({ type: 'final', text: '', startMs: atMs, endMs: atMs })
  }

  #stumble(message: string): void {
    this.#tell({ type: 'fault', fault: toldFault(this.#origin, 'protocol', message), fatal: false })
  }
}
