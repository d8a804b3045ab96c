import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import type { BenchOptions, Benchmark, Figures } from '../benchmark.ts'
import { quantiles } from '../measure/quantiles.ts'
import { openPlatform, type Platform } from './open-platform.ts'

/** The first calls warm the code, which is compiled as it is used, and the connections of the pool. */
const warmUpCalls = 40
const ringsWithinMs = 20_000
const pauseMs = 150

export const setup: Benchmark = {
  told: 'POST /v1/calls begun to INVITE received, one call after the other, each answered 486',
  defaults: { calls: 50, seconds: 1 },
  run,
}

async function run(options: BenchOptions, signal: AbortSignal): Promise<Figures> {
  await using platform = await openPlatform(options, signal)
  for (let i = 0; i < warmUpCalls; i += 1) await placeOne(platform, i)
  const times: number[] = []
  for (let i = 0; i < options.calls; i += 1) times.push(await placeOne(platform, warmUpCalls + i))
  return { post_to_invite_ms: quantiles(times) }
}

async function placeOne({ phone, place }: Platform, turn: number): Promise<number> {
  const rings = new EventTarget()
  let invitedAt = 0
  phone.onRing((call, atMs) => {
    invitedAt = atMs
    call.reject(486)
    rings.dispatchEvent(new Event('ring'))
  })
  const rung = once(rings, 'ring', { signal: AbortSignal.timeout(ringsWithinMs) })
  const postedAt = await place(numberOf(turn))
  await rung
  await wait(pauseMs)
  return invitedAt - postedAt
}

/** A number for each call: nobody is called twice in ten minutes. */
export const numberOf = (place: number): string => `+1415555${String(1_000 + place).padStart(4, '0')}`
