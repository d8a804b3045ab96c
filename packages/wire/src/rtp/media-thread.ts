/**
 * The media thread of a process: every RTP socket and the one clock that paces them. Nothing else runs
 * here, so that no JSON, no database answer and no garbage of the conversation can make speech stutter.
 */
import type { RemoteInfo } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'
import { openOpus, usualOpusWish, type OpusCodec } from '../audio/opus.ts'
import { Bell } from './bell.ts'
import type { Source } from './latch.ts'
import type { FromThread, MediaThreadSetup, ToThread } from './media-messages.ts'
import { monotonicMs } from './monotonic.ts'
import type { StreamMedia } from './negotiated-media.ts'
import { PacingWheel, type WheelSeat } from './pacing-wheel.ts'
import { PortPairs } from './port-pair.ts'
import { StreamSession } from './stream-session.ts'
import { raiseThreadPriority } from './thread-priority.ts'

interface OpenStream {
  session: StreamSession
  /** Descriptions so far: what had to wait is for the newest only. */
  descriptions: number
  seat?: WheelSeat<OpenStream>
}

if (!parentPort) throw new Error('the media thread is started by openMediaEngine')
const main = parentPort
const setup = workerData as MediaThreadSetup
const bell = new Bell(new Int32Array(setup.bell))
const ports = new PortPairs(setup.host, setup.portRange)
const wheel = new PacingWheel<OpenStream>(monotonicMs())
const sessions = new Map<number, OpenStream>()
/** Sessions with packets that wait for missing ones; looked at every millisecond. */
const waiting = new Set<StreamSession>()
let timer: NodeJS.Timeout | undefined

const post = (message: FromThread): void => main.postMessage(message)

function turn(): void {
  const nowMs = monotonicMs()
  for (const session of waiting) {
    session.poll(nowMs)
    if (!session.isWaiting) waiting.delete(session)
  }
  wheel.turn(nowMs, serve)
  arm()
}

function serve(stream: OpenStream, slot: number): void {
  const { session, seat } = stream
  if (!seat) return
  const nowMs = monotonicMs()
  session.serve(slot, { nowMs, leadMs: seat.lead })
  if (!session.isIdle) return
  wheel.settle(seat)
  // Written after this slot had looked: whoever wrote it may have seen the line busy, and told nobody.
  if (session.hasAudio) wheel.advance(seat, nowMs, serve)
}

function speak(stream: number): void {
  const entry = sessions.get(stream)
  if (!entry?.seat || !entry.session.isIdle) return
  wheel.advance(entry.seat, monotonicMs(), serve)
  arm()
}

/** One timer for everybody, set anew to the next absolute deadline; a relative one would fall behind for good. */
function arm(): void {
  clearTimeout(timer)
  const dueMs = wheel.nextDueMs()
  if (dueMs === undefined && waiting.size === 0) return
  const delayMs = waiting.size > 0 || dueMs === undefined ? 1 : dueMs - monotonicMs()
  timer = setTimeout(turn, Math.max(1, Math.ceil(delayMs)))
}

async function open(stream: number, memory: SharedArrayBuffer): Promise<void> {
  try {
    const pair = await ports.open()
    const session = new StreamSession(memory, pair, {
      ring: () => bell.ring(),
      stalled: (sinceMs, cause) => post({ type: 'stalled', stream, sinceMs, cause }),
      digitsDone: request => post({ type: 'digits_done', stream, request }),
      recordTap: setup.recordTap,
      host: setup.host,
    })
    pair.rtp.on('message', (datagram, from) => receive(session, datagram, from))
    pair.rtcp.on('message', (datagram, from) => session.receiveReport(datagram, sourceOf(from)))
    sessions.set(stream, { session, descriptions: 0 })
    post({ type: 'opened', stream, port: pair.port })
  } catch (error) {
    post({ type: 'open_failed', stream, reason: error instanceof Error ? error.message : String(error) })
  }
}

function receive(session: StreamSession, datagram: Uint8Array, from: RemoteInfo): void {
  const nowMs = monotonicMs()
  session.receive(datagram, sourceOf(from), nowMs)
  if (!session.isWaiting || waiting.has(session)) return
  waiting.add(session)
  arm()
}

function sourceOf({ address, port }: RemoteInfo): Source {
  return { host: address, port }
}

async function start(stream: number, media: StreamMedia): Promise<void> {
  const entry = sessions.get(stream)
  if (!entry) return
  const description = ++entry.descriptions
  const isNewest = (): boolean => sessions.get(stream) === entry && entry.descriptions === description
  const opus = media.codec.name === 'opus' ? await opusFor(stream, { entry, media }) : undefined
  if (!isNewest()) return opus === entry.session.opus ? undefined : opus?.[Symbol.dispose]()
  const nowhere = { ...media, remote: { host: '0.0.0.0', port: 0 } }
  const isAddress = isIP(media.remote.host) !== 0
  apply(entry, isAddress ? media : nowhere, opus)
  if (isAddress) return
  // RFC 8866 §5.7 allows a name in `c=`. Until it is resolved the clock runs, and nothing is sent.
  const found = await lookup(media.remote.host).catch(() => undefined)
  if (found && isNewest())
    apply(entry, { ...media, remote: { host: found.address, port: media.remote.port } }, opus)
}

/** The one in use goes on, with what it remembers; where none can be opened the stream stays silent, and that is told. */
async function opusFor(
  stream: number,
  { entry, media }: { entry: OpenStream; media: StreamMedia },
): Promise<OpusCodec | undefined> {
  try {
    return entry.session.opus ?? (await openOpus(media.opus ?? usualOpusWish))
  } catch (error) {
    post({ type: 'codec_failed', stream, reason: error instanceof Error ? error.message : String(error) })
    return undefined
  }
}

function apply(entry: OpenStream, media: StreamMedia, opus: OpusCodec | undefined): void {
  if (entry.session.isStarted) return entry.session.use(media, opus)
  const seat = wheel.add(entry, monotonicMs())
  entry.seat = seat
  entry.session.start(media, { originMs: wheel.msOfTick(seat.firstTick), opus })
  arm()
}

function close(stream: number): void {
  const entry = sessions.get(stream)
  sessions.delete(stream)
  if (entry?.seat) wheel.remove(entry.seat)
  if (entry) waiting.delete(entry.session)
  entry?.session.close()
  post({ type: 'closed', stream })
}

function shutDown(): void {
  clearTimeout(timer)
  bell.stop()
  for (const stream of sessions.keys()) close(stream)
  main.close()
}

main.on('message', (message: ToThread) => {
  switch (message.type) {
    case 'open':
      return void open(message.stream, message.memory)
    case 'start':
      return void start(message.stream, message.media)
    case 'speak':
      return speak(message.stream)
    case 'bed':
      return sessions.get(message.stream)?.session.setBed(message.bed)
    case 'digits':
      return sessions.get(message.stream)?.session.sendDigits(message.request, message.digits)
    case 'cancel_digits':
      return sessions.get(message.stream)?.session.cancelDigits(message.request)
    case 'close':
      return close(message.stream)
    case 'shut_down':
      return shutDown()
  }
})

raiseThreadPriority()
post({ type: 'ready' })
