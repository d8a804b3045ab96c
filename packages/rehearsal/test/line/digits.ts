/** Which keys reach the other end of a bad line: RFC 4733 events through a relay, on several streams at once. */
import type { MediaEngine } from '@parley/wire/rtp/media-engine'
import { setTimeout as wait } from 'node:timers/promises'
import { openRelay } from '../../src/line/relay.ts'
import type { Impairment } from './impairment.ts'

export interface HeardDigits {
  readonly name: string
  readonly sent: number
  /** Heard once, in their order. */
  readonly right: number
  /** Heard without having been pressed then: doubled ones among them. */
  readonly extra: number
}

const keys = '0123456789*#ABCD'
const atOnce = 10
/** One press and the pause behind it. */
const digitMs = 200

/** Presses `count` keys, a tenth of them on each of ten streams. */
export async function hearDigits(
  engine: MediaEngine,
  { name, profile }: Impairment,
  count: number,
): Promise<HeardDigits> {
  const each = Math.ceil(count / atOnce)
  const lines = await Promise.all(
    Array.from({ length: atOnce }, async (_, seed) => {
      const pressed = Array.from({ length: each }, (__, i) => keys[(i * 7 + seed) % keys.length] ?? '0').join(
        '',
      )
      return { pressed, heard: await hearThrough(engine, { pressed, profile, seed: seed + 1 }) }
    }),
  )
  const right = lines.map(({ pressed, heard }) => inOrder(pressed, heard))
  const total = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0)
  const heard = total(lines.map(line => line.heard.length))
  return { name, sent: each * atOnce, right: total(right), extra: heard - total(right) }
}

async function hearThrough(
  engine: MediaEngine,
  { pressed, profile, seed }: { pressed: string; profile: Impairment['profile']; seed: number },
): Promise<string> {
  const signal = AbortSignal.timeout(pressed.length * digitMs * 2 + 20_000)
  await using speaker = await engine.openStream(signal)
  await using listener = await engine.openStream(signal)
  const target = { host: listener.host, port: listener.port }
  await using relay = await openRelay({ host: listener.host, target, profile, seed })
  let heard = ''
  listener.onDigit(digit => (heard += digit))
  const codec = { name: 'PCMU', payloadType: 0 } as const
  const media = { codec, direction: 'sendrecv', telephoneEvent: 101 } as const
  listener.start({ ...media, remote: { host: relay.host, port: relay.targetSidePort } })
  speaker.start({ ...media, remote: { host: relay.host, port: relay.port } })
  await speaker.sendDigits(pressed, signal)
  await wait(500, undefined, { signal })
  return heard
}

/** Length of the longest run of keys that both have in the same order. */
export function inOrder(pressed: string, heard: string): number {
  let row = Array.from({ length: heard.length + 1 }, () => 0)
  for (const key of pressed) {
    const next = [0]
    for (let i = 0; i < heard.length; i += 1)
      next.push(heard[i] === key ? (row[i] ?? 0) + 1 : Math.max(row[i + 1] ?? 0, next[i] ?? 0))
    row = next
  }
  return row[heard.length] ?? 0
}
