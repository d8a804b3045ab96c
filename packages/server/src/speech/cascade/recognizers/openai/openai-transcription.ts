import type { VoiceFault } from '../../../port.ts'
import { audioAppend } from '../../../realtime-protocol/client-events.ts'
import { socketUrl } from '../../../realtime-protocol/dialect.ts'
import { endsSession, faultOfCode } from '../../../realtime-protocol/faults.ts'
import type { SocketDeadlines, SocketSession } from '../../../socket-session.ts'
import { toldFault, type Origin } from '../../../voice-fault.ts'
import { AudioPlace } from '../../audio-place.ts'
import { openListening } from '../../open-listening.ts'
import type { Recognizer, RecognizerEvent, RecognizerStream } from '../../port.ts'
import { pieces, type Piece, type PieceEvent } from './pieces.ts'
import { parseTranscription, transcriptionSession, type TranscriptionEvent } from './transcription-events.ts'

export const PROVIDER = 'openai'

export interface OpenAiTranscriptionConfig {
  readonly apiKey: string
  /** Default `wss://api.openai.com/v1/realtime`, or derived from `baseUrl`. */
  readonly realtimeUrl?: string
  readonly baseUrl?: string
  readonly deadlines?: Partial<SocketDeadlines>
}

const MODEL = 'gpt-live-transcribe'
/** A commit of nothing, which is what a pause after too short a sound comes to. */
const NOTHING_TO_COMMIT = 'input_audio_buffer_commit_empty'

/** OpenAI's realtime transcription. It tells no word times: a turn has those of the cascade's detector. */
export function openAiTranscription(config: OpenAiTranscriptionConfig): Recognizer {
  const origin = { provider: PROVIDER, secret: config.apiKey }
  return {
    capabilities: { wordTimes: false },
    open: (session, signal) => {
      const language = session.language.split('-')[0]?.toLowerCase() ?? 'en'
      return openListening(
        {
          ...origin,
          url: realtimeUrl(config),
          headers: { authorization: `Bearer ${config.apiKey}` },
          hello: JSON.stringify(transcriptionSession(MODEL, language)),
          readiness: frame => readiness(parseTranscription(frame), origin),
          stream: socket => new TranscriptionStream(socket, origin, event => session.onEvent(event)),
          ...(config.deadlines ? { deadlines: config.deadlines } : {}),
        },
        session,
        signal,
      )
    },
  }
}

function realtimeUrl({ realtimeUrl: whole, baseUrl }: OpenAiTranscriptionConfig): URL {
  const url = whole ? socketUrl(whole, '') : socketUrl(baseUrl ?? 'https://api.openai.com/v1', '/realtime')
  url.searchParams.set('intent', 'transcription')
  return url
}

function readiness(event: TranscriptionEvent, origin: Origin): 'ready' | VoiceFault | null {
  if (event.type !== 'error') return event.type === 'configured' ? 'ready' : null
  const fault = faultOfCode(event.code, event.message, origin)
  // What the session asks for is ours to get right: a protocol error here means the request was refused.
  return fault.kind === 'protocol' ? toldFault(origin, 'refused', fault.message) : fault
}

class TranscriptionStream implements RecognizerStream {
  readonly #socket: SocketSession
  readonly #origin: Origin
  readonly #tell: (event: RecognizerEvent) => void
  readonly #place = new AudioPlace()
  /** Text so far of items whose whole text has not come. */
  readonly #guesses = new Map<string, string>()
  #waiting: readonly Piece[] = []
  #speechFromMs: number | null = null
  #over = false

  constructor(socket: SocketSession, origin: Origin, tell: (event: RecognizerEvent) => void) {
    this.#socket = socket
    this.#origin = origin
    this.#tell = tell
  }

  hear(frame: Uint8Array, atMs: number): void {
    this.#place.sent(frame.length, atMs)
    this.#socket.send(audioAppend(frame))
  }

  speech({ type, atMs }: { type: 'started' | 'stopped'; atMs: number }): void {
    if (type === 'started') {
      this.#speechFromMs ??= atMs
      return
    }
    this.#socket.send('{"type":"input_audio_buffer.commit"}')
    this.#advance({ type: 'asked', startMs: this.#speechFromMs ?? atMs, endMs: atMs })
    this.#speechFromMs = null
  }

  expect(): void {
    // Keywords could be configured, but one phrase list for each question would bias it against free answers.
  }

  received(frame: string): void {
    if (this.#over) return
    const event = parseTranscription(frame)
    switch (event.type) {
      case 'committed':
        return this.#advance({ type: 'named', itemId: event.itemId })
      case 'delta':
        return this.#delta(event)
      case 'completed':
        return this.#whole(event.itemId, event.text)
      case 'failed':
        this.#stumble(event.message)
        return this.#whole(event.itemId, '')
      case 'error':
        return this.#failed(event)
      case 'garbage':
        return this.#stumble('a frame could not be read')
      case 'configured':
      case 'other':
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#over) return
    this.#over = true
    await this.#socket[Symbol.asyncDispose]()
  }

  #delta({ itemId, text }: Extract<TranscriptionEvent, { type: 'delta' }>): void {
    const guess = `${this.#guesses.get(itemId) ?? ''}${text}`
    this.#guesses.set(itemId, guess)
    const piece = this.#waiting.find(each => each.itemId === itemId)
    const startMs = piece?.startMs ?? this.#speechFromMs ?? this.#place.untilMs
    const endMs = piece?.endMs ?? this.#place.untilMs
    // Of two pieces that wait, only the first is what comes next in the turn.
    if (guess.trim() === '' || (piece && piece !== this.#waiting[0])) return
    this.#tell({ type: 'partial', text: guess.trim(), startMs, endMs })
  }

  #whole(itemId: string, text: string): void {
    this.#guesses.delete(itemId)
    this.#advance({ type: 'text', itemId, text: text.trim() })
  }

  #advance(event: PieceEvent): void {
    const [waiting, told] = pieces(this.#waiting, event)
    this.#waiting = waiting
    for (const { text, startMs, endMs } of told)
      this.#tell({ type: 'final', text: text ?? '', startMs, endMs })
  }

  #failed({ code, message }: Extract<TranscriptionEvent, { type: 'error' }>): void {
    if (code === NOTHING_TO_COMMIT) return this.#advance({ type: 'empty' })
    const fault = faultOfCode(code, message, this.#origin)
    const fatal = endsSession(fault, code)
    this.#over = fatal
    if (fatal) void this.#socket[Symbol.asyncDispose]()
    this.#tell({ type: 'fault', fault, fatal })
  }

  #stumble(message: string): void {
    this.#tell({ type: 'fault', fault: toldFault(this.#origin, 'protocol', message), fatal: false })
  }
}
