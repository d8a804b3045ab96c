import { raced } from '../patience.ts'
import { VoiceFault } from '../port.ts'
import { openSocket, type SocketOptions, type SocketSession } from '../socket-session.ts'
import type { RecognizerSession, RecognizerStream } from './port.ts'

/** From the open socket to the vendor's word that it listens. */
const READY_PATIENCE_MS = 5_000

export interface ListeningOptions<Stream> extends Omit<SocketOptions, 'onMessage' | 'onLost'> {
  /** What is sent first. */
  readonly hello?: string
  /** What a message before the vendor listens means. A fault is its refusal; null is neither. */
  readiness(frame: string): 'ready' | VoiceFault | null
  /** The stream over the open socket. */
  stream(socket: SocketSession): Stream
}

/** Connects to a recognizer that says when it listens. Rejects with VoiceFault where it refuses. */
export async function openListening<Stream extends RecognizerStream & { received(frame: string): void }>(
  options: ListeningOptions<Stream>,
  session: RecognizerSession,
  signal: AbortSignal,
): Promise<Stream> {
  const ready = Promise.withResolvers<Stream>()
  // Both may fail at once, and only one is awaited.
  ready.promise.catch(() => undefined)
  const early: string[] = []
  let socket: SocketSession | null = null
  let stream: Stream | null = null
  const receive = (frame: string) => {
    if (!socket) return void early.push(frame)
    if (stream) return stream.received(frame)
    const word = options.readiness(frame)
    if (word === 'ready') ready.resolve((stream = options.stream(socket)))
    else if (word) ready.reject(word)
  }
  const lost = (fault: VoiceFault) => {
    ready.reject(fault)
    if (stream) session.onEvent({ type: 'fault', fault, fatal: true })
  }
  const opened = await openSocket({ ...options, onMessage: receive, onLost: lost }, signal)
  socket = opened
  if (options.hello !== undefined) opened.send(options.hello)
  early.forEach(receive)
  const late = () => new VoiceFault(options.provider, 'timeout', { message: 'it did not begin to listen' })
  try {
    return await raced(ready.promise, { waitMs: READY_PATIENCE_MS, late }, signal)
  } catch (error) {
    await opened[Symbol.asyncDispose]()
    if (error instanceof VoiceFault) throw error
    throw new VoiceFault(options.provider, 'timeout', { message: 'took too long to open', cause: error })
  }
}
