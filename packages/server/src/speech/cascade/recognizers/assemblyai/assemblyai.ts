import type { VoiceFault } from '../../../port.ts'
import type { SocketDeadlines, SocketSession } from '../../../socket-session.ts'
import { toldFault, type Origin } from '../../../voice-fault.ts'
import { AudioPieces } from '../../audio-pieces.ts'
import { AudioPlace } from '../../audio-place.ts'
import { openListening } from '../../open-listening.ts'
import type { Recognizer, RecognizerEvent, RecognizerStream } from '../../port.ts'
import { faultKind, parseAssemblyAi, type AssemblyAiMessage } from './turns.ts'

export const PROVIDER = 'assemblyai'

export interface AssemblyAiConfig {
  readonly apiKey: string
  /** Default `wss://streaming.assemblyai.com`. */
  readonly url?: string
  /** Default `universal-3-5-pro`. */
  readonly model?: string
  readonly deadlines?: Partial<SocketDeadlines>
}

/** 60 ms: pieces shorter than 50 ms are refused. */
const PIECE_BYTES = 480

/** AssemblyAI's Universal Streaming. */
export function assemblyAiRecognizer(config: AssemblyAiConfig): Recognizer {
  const origin = { provider: PROVIDER, secret: config.apiKey }
  return {
    capabilities: { wordTimes: true },
    open: (session, signal) =>
      openListening(
        {
          ...origin,
          url: streamingUrl(config, session.language),
          headers: { authorization: config.apiKey },
          readiness: frame => readiness(parseAssemblyAi(frame), origin),
          stream: socket => new AssemblyAiStream(socket, origin, event => session.onEvent(event)),
          ...(config.deadlines ? { deadlines: config.deadlines } : {}),
        },
        session,
        signal,
      ),
  }
}

function readiness(message: AssemblyAiMessage, origin: Origin): 'ready' | VoiceFault | null {
  if (message.type === 'error') return toldFault(origin, openingKind(message.code), message.message)
  return message.type === 'begin' ? 'ready' : null
}

/** What we ask for is ours to get right: an unknown error here means the request was refused. */
function openingKind(code: number | null): VoiceFault['kind'] {
  const kind = faultKind(code)
  return kind === 'protocol' ? 'refused' : kind
}

function streamingUrl({ url, model = 'universal-3-5-pro' }: AssemblyAiConfig, tag: string): URL {
  const streaming = new URL(`${(url ?? 'wss://streaming.assemblyai.com').replace(/\/+$/u, '')}/v3/ws`)
  streaming.protocol = streaming.protocol.replace('http', 'ws')
  const settings = {
    speech_model: model,
    sample_rate: '8000',
    encoding: 'pcm_mulaw',
    language_codes: JSON.stringify([tag.split('-')[0]?.toLowerCase() ?? 'en']),
    continuous_partials: 'true',
    // Tells that nothing was said, which a pause after noise is answered by.
    acknowledge_silence: 'true',
  }
  for (const [name, value] of Object.entries(settings)) streaming.searchParams.set(name, value)
  return streaming
}

class AssemblyAiStream implements RecognizerStream {
  readonly #socket: SocketSession
  readonly #origin: Origin
  readonly #tell: (event: RecognizerEvent) => void
  readonly #place = new AudioPlace()
  readonly #pieces: AudioPieces
  /** The newest turn that is over. */
  #endedOrder = -1
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

  /** A pause ends the turn at once. Where it was over by itself already, the pause is answered by that. */
  speech({ type, atMs }: { type: 'started' | 'stopped'; atMs: number }): void {
    this.#pausedMs = type === 'stopped' ? atMs : null
    if (type === 'stopped') this.#socket.send('{"type":"ForceEndpoint"}')
  }

  expect(): void {
    // Key terms could be configured, but one phrase list for each question would bias it against free answers.
  }

  received(frame: string): void {
    if (this.#over) return
    const message = parseAssemblyAi(frame)
    if (message.type === 'turn') this.#turn(message)
    else if (message.type === 'silence') this.#silence(this.#place.mediaMs(message.untilMs))
    else if (message.type === 'error') this.#failed(faultKind(message.code), message.message)
    else if (message.type === 'garbage') this.#failed('protocol', 'a frame could not be read')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#over) return
    this.#over = true
    this.#socket.send('{"type":"Terminate"}')
    await this.#socket[Symbol.asyncDispose]()
  }

  #turn({ order, text, words, over }: Extract<AssemblyAiMessage, { type: 'turn' }>): void {
    // A turn may come once more when it is over, only better written.
    if (order <= this.#endedOrder) return
    const startMs = words[0]?.startMs ?? this.#place.sentMs
    const told = this.#place.recognized({ text, words, startMs, endMs: words.at(-1)?.endMs ?? startMs })
    if (!over) {
      if (text !== '') this.#tell({ type: 'partial', ...told })
      return
    }
    this.#endedOrder = order
    const paused = this.#pausedMs !== null
    this.#pausedMs = null
    this.#tell({ type: 'final', ...told, more: !paused })
  }

  #silence(untilMs: number): void {
    const atMs = this.#pausedMs
    if (atMs === null || untilMs < atMs) return
    this.#pausedMs = null
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
