/**
 * What reaches the ear over a bad line: one stream speaks numbered frames through a relay to another. Each frame can
 * be told from every other and from anything made up for it, so that a doubled or displaced one can not hide.
 */
import type { MediaEngine } from '@parley/wire/rtp/media-engine'
import { setTimeout as wait } from 'node:timers/promises'
import type { LineProfile } from '../../src/line/profile.ts'
import { openRelay } from '../../src/line/relay.ts'

export interface Impairment {
  readonly name: string
  readonly profile: LineProfile
}

export interface Heard {
  readonly name: string
  readonly sent: number
  /** Numbered frames that were heard as they were sent. */
  readonly whole: number
  readonly doubled: number
  readonly disordered: number
  readonly concealed: number
  readonly late: number
  readonly dropped: number
  /** From the frame's slot at the sender to the listener's callback, line included. */
  readonly delayP50Ms: number
  readonly delayP95Ms: number
  /** Interarrival jitter at the end, as RTCP would report it. */
  readonly jitterMs: number
}

const still: LineProfile = { loss: 0, duplication: 0, reordering: 0, reorderMs: 0, delayMs: 0, jitterMs: 0 }

export const impairments: readonly Impairment[] = [
  { name: 'clean', profile: still },
  { name: '5 % loss', profile: { ...still, loss: 0.05 } },
  { name: '10 % loss', profile: { ...still, loss: 0.1 } },
  { name: '20 % loss', profile: { ...still, loss: 0.2 } },
  { name: '60 ms jitter', profile: { ...still, jitterMs: 60 } },
  { name: '20 % duplicates', profile: { ...still, duplication: 0.2, jitterMs: 5 } },
  { name: '10 % held back 50 ms', profile: { ...still, reordering: 0.1, reorderMs: 50 } },
  {
    name: 'all of it',
    profile: { loss: 0.1, duplication: 0.2, reordering: 0.05, reorderMs: 40, delayMs: 30, jitterMs: 40 },
  },
]

const frameSamples = 160
const frameMs = 20
/** A first byte that no concealment ends with, then the number in base 64, three digits. */
const tag = 0x9b

function numberedFrame(index: number): Uint8Array {
  const frame = new Uint8Array(frameSamples).fill(0x31)
  frame.set([tag, 0x80 | (index & 63), 0x80 | ((index >> 6) & 63), tag])
  return frame
}

/** Finds the numbered frames in what is heard, wherever they begin: a jump of the line shifts them against the listener's frames. */
class NumberedFrames {
  readonly #found: (index: number) => void
  readonly #window = new Uint8Array(2 * frameSamples)

  constructor(found: (index: number) => void) {
    this.#found = found
  }

  push(frame: Uint8Array): void {
    this.#window.copyWithin(0, frameSamples)
    this.#window.set(frame, frameSamples)
    for (let at = 1; at <= frameSamples; at += 1) {
      const index = numberOf(this.#window.subarray(at, at + frameSamples))
      if (index !== undefined) this.#found(index)
    }
  }
}

function numberOf(frame: Uint8Array): number | undefined {
  const [first, low = 0, high = 0, second] = frame
  const isWhole = first === tag && second === tag && frame.subarray(4).every(byte => byte === 0x31)
  return isWhole ? (low & 63) | ((high & 63) << 6) : undefined
}

/** Speaks for `seconds` (at most 80) over the line and tells what was heard at its other end. */
export async function hearThrough(
  engine: MediaEngine,
  { name, profile }: Impairment,
  seconds: number,
): Promise<Heard> {
  const signal = AbortSignal.timeout((seconds + 20) * 1000)
  const frames = seconds * 50
  await using speaker = await engine.openStream(signal)
  await using listener = await engine.openStream(signal)
  const target = { host: listener.host, port: listener.port }
  await using relay = await openRelay({ host: listener.host, target, profile, seed: 11 })
  const heard: { index: number; atMs: number }[] = []
  const finder = new NumberedFrames(index => heard.push({ index, atMs: performance.now() }))
  listener.onFrame(frame => finder.push(frame))
  const sentAtMs = new Map<string, number>()
  speaker.onMark((index, atMs) =>
    sentAtMs.set(index, performance.now() - speaker.positionMs + atMs - frameMs),
  )
  const media = { codec: { name: 'PCMU', payloadType: 0 }, direction: 'sendrecv' } as const
  listener.start({ ...media, remote: { host: relay.host, port: relay.targetSidePort } })
  speaker.start({ ...media, remote: { host: relay.host, port: relay.port } })
  await wait(200)
  for (let i = 0; i < frames; i += 1) {
    speaker.write(numberedFrame(i))
    speaker.mark(String(i))
  }
  while (speaker.queuedMs > 0) await wait(100, undefined, { signal })
  await wait(300, undefined, { signal })
  const delays = heard
    .map(({ index, atMs }) => atMs - (sentAtMs.get(String(index)) ?? Number.NaN))
    .toSorted((a, b) => a - b)
  const { concealed, late, dropped, jitterMs } = listener.stats()
  return {
    name,
    sent: frames,
    whole: new Set(heard.map(({ index }) => index)).size,
    doubled: heard.length - new Set(heard.map(({ index }) => index)).size,
    disordered: heard.filter(({ index }, i) => index < (heard[i - 1]?.index ?? 0)).length,
    concealed,
    late,
    dropped,
    delayP50Ms: delays[Math.floor(delays.length * 0.5)] ?? Number.NaN,
    delayP95Ms: delays[Math.floor(delays.length * 0.95)] ?? Number.NaN,
    jitterMs,
  }
}
