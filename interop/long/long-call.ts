import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { MULAW_SILENCE } from '@parley/wire/audio/g711'
import { readWav } from '@parley/wire/audio/wav-reader'
import { StereoWavWriter } from '@parley/wire/audio/wav-writer'
import type { MediaStats } from '@parley/wire/rtp/media-stats'
import { Sipp } from '../../packages/wire/test/sipp-program.ts'
import { Peer, type PhoneCall } from '../peer.ts'
import { playing } from '../run-flow.ts'
import { frameSamples, putClick } from './click.ts'
import { driftOf, type Drift } from './drift.ts'
import { MemoryWatch, type MemoryGrowth } from './memory.ts'

export interface LongCallOrder {
  readonly sippPath: string
  readonly seconds: number
  /** The other side changes the session this often; ours refreshes it in between, at half of `sessionSeconds`. */
  readonly reinviteSeconds: number
  readonly sessionSeconds: number
  /** How much faster than ours the other side's crystal swings. */
  readonly ppm: number
}

export interface LongCallResult {
  readonly callMs: number
  readonly recordedMs: number
  readonly reinvites: number
  readonly refreshes: number
  readonly drift: Drift
  readonly memory: MemoryGrowth
  readonly stats: MediaStats
  /** What should not have happened. */
  readonly faults: readonly string[]
}

const clickEveryMs = 1_000
const looksAtMemory = 60
/** Where in its packet a click stands: whole in one. */
const clickPlace = 60

/** One call with SIPp that goes on and on: refreshed from here, changed from there, recorded as the product does. */
export async function longCall(order: LongCallOrder): Promise<LongCallResult> {
  const file = join(tmpdir(), `parley-long-${randomUUID()}.wav`)
  const phone = await startCrystalPhone(order.ppm)
  try {
    return await record(order, { file, mediaPort: phone.port })
  } finally {
    await phone.worker.terminate()
    await rm(file, { force: true })
  }
}

async function startCrystalPhone(ppm: number): Promise<{ worker: Worker; port: number }> {
  const worker = new Worker(new URL('./crystal-phone.ts', import.meta.url), { workerData: { ppm } })
  const [port] = (await once(worker, 'message')) as [number]
  return { worker, port }
}

async function record(
  order: LongCallOrder,
  { file, mediaPort }: { file: string; mediaPort: number },
): Promise<LongCallResult> {
  const session = { expiresSeconds: order.sessionSeconds, minSeconds: order.sessionSeconds }
  await using peer = await Peer.open({ session, withMedia: true })
  await using sipp = await startSipp(order, mediaPort)
  if (!(await sipp.listening())) throw new Error(`SIPp did not start:\n${sipp.output}`)
  await using writer = await StereoWavWriter.create(file)
  using memory = new MemoryWatch((order.seconds * 1_000) / looksAtMemory)
  await using call = await peer.call(sipp.port)
  // While SIPp pauses between our refresh and its re-INVITE it takes a BYE for a fault.
  const pauses = (): boolean => peer.sent('UPDATE') > peer.received('INVITE')
  const { callMs, stats } = await talk(call, { seconds: order.seconds, writer, pauses })
  const growth = memory.growth()
  const { durationMs: recordedMs } = await writer.finish()
  const { channels } = readWav(await readFile(file))
  const [heard = new Int16Array(), played = new Int16Array()] = channels
  const faults = [...peer.faults.map(String), ...(await sippFaults(sipp))]
  return {
    callMs,
    recordedMs,
    reinvites: peer.received('INVITE'),
    refreshes: peer.sent('UPDATE'),
    drift: driftOf({ heard, played }),
    memory: growth,
    stats,
    faults,
  }
}

function startSipp(order: LongCallOrder, mediaPort: number): Promise<Sipp> {
  const quietMs = (order.reinviteSeconds - order.sessionSeconds / 2) * 1_000
  const settings = ['-set', 'interval', String(order.sessionSeconds), '-set', 'quiet', String(quietMs)]
  return Sipp.start({
    path: order.sippPath,
    args: [...playing('long-call'), '-m', '1', ...settings, '-key', 'media_at', String(mediaPort)],
    longestSeconds: order.seconds + 60,
  })
}

/** Clicks once a second until it is time and the other side does not pause, then hangs up. */
async function talk(
  call: PhoneCall,
  { seconds, writer, pauses }: { seconds: number; writer: StereoWavWriter; pauses: () => boolean },
): Promise<{ callMs: number; stats: MediaStats }> {
  const { stream } = call
  if (!stream) throw new Error('the peer has no media')
  const startedAt = performance.now()
  const over = new AbortController()
  void call.ended.then(() => over.abort())
  stream.onTap((heard, played) => writer.writeMulaw(heard, played))
  const click = new Uint8Array(frameSamples).fill(MULAW_SILENCE)
  putClick(click, clickPlace)
  const isTime = (): boolean => performance.now() - startedAt >= seconds * 1_000 && !pauses()
  while (!isTime() && !over.signal.aborted) {
    stream.write(click)
    await wait(clickEveryMs, undefined, { signal: over.signal }).catch(() => undefined)
  }
  if (over.signal.aborted) throw new Error(`the call ended by itself: ${(await call.ended).reason}`)
  const stats = stream.stats()
  const callMs = stream.positionMs
  await call.hangUp()
  await stream[Symbol.asyncDispose]()
  return { callMs, stats }
}

const sippFaults = async (sipp: Sipp): Promise<string[]> => {
  const code = await sipp.exit
  return code === 0 ? [] : [`SIPp ended with ${code}:\n${sipp.output.slice(-4_000)}`]
}
