import { setTimeout as wait } from 'node:timers/promises'
import type { LogEntry } from '@parley/rehearsal/stand-ins/stand-in'
import type { BenchOptions, Benchmark, Figures } from '../benchmark.ts'
import { usageOf } from '../measure/processes.ts'
import { quantiles, rounded } from '../measure/quantiles.ts'
import { untilTrue } from '../measure/until-true.ts'
import { measureNull } from './null-benchmark.ts'
import { openPlatform, type Platform } from './open-platform.ts'
import type { PhoneCall } from './phone.ts'
import { numberOf } from './setup.ts'
import { talk, type Turn } from './turns.ts'

const placeEveryMs = 100
const answersWithinMs = 60_000
const settleMs = 3_000

export const realtimeStream: Benchmark = {
  told: "packet that completes the caller's silence to first voiced packet back, less the model's own delay",
  defaults: { calls: 20, seconds: 30 },
  run,
}

async function run(options: BenchOptions, signal: AbortSignal): Promise<Figures> {
  const harness = await measureNull(options, signal)
  await using platform = await openPlatform(options, signal)
  await using calls = new AsyncDisposableStack()
  const phones = await connect(platform, { from: 0, count: 1 })
  await wait(settleMs, undefined, { signal })
  const one = usageOf(platform.pid)
  phones.push(...(await connect(platform, { from: 1, count: options.calls - 1 })))
  for (const phone of phones) calls.use(phone)
  await wait(settleMs, undefined, { signal })
  const before = usageOf(platform.pid)
  const startMs = performance.now()
  const endMs = startMs + options.seconds * 1_000
  const talks = await Promise.all(phones.map(({ line }) => talk(line, endMs, signal)))
  const after = usageOf(platform.pid)
  const tookS = (performance.now() - startMs) / 1_000
  const delays = modelDelays(platform.model.log)
  const turns = phones.flatMap(({ number }, place) =>
    measured(talks[place]?.turns ?? [], delays.get(number) ?? []),
  )
  return {
    added_ms: quantiles(turns.map(turn => turn.addedMs)),
    voice_to_voice_ms: quantiles(turns.map(turn => turn.voiceMs)),
    harness_added_ms: harness,
    turns: turns.length,
    lost_turns: talks.reduce((sum, { lost }) => sum + lost, 0),
    unmatched_turns: talks.reduce((sum, { turns: own }) => sum + own.length, 0) - turns.length,
    cpu_ms_per_call_second: rounded((after.cpuMs - before.cpuMs) / tookS / options.calls),
    platform_cpu_percent: rounded((after.cpuMs - before.cpuMs) / tookS / 10),
    ...(options.calls > 1 && {
      rss_per_further_call_mib: rounded((after.rssMiB - one.rssMiB) / (options.calls - 1)),
    }),
  }
}

/** Places calls, one behind the other, and waits until all of them are up. */
async function connect(
  { phone, place }: Platform,
  { from, count }: { from: number; count: number },
): Promise<PhoneCall[]> {
  const calls: PhoneCall[] = []
  phone.onRing((call, invitedAt) => {
    // A call that is lost here is missed below.
    phone.pickUp(call, invitedAt).then(
      answered => calls.push(answered),
      () => undefined,
    )
  })
  for (let i = from; i < from + count; i += 1) {
    const number = numberOf(i)
    await place(number, {
      task: `Answer whatever the person says. Caller ${number}.`,
      first_sentence: 'Hello there.',
    })
    await wait(placeEveryMs)
  }
  await untilTrue(() => calls.length === count, answersWithinMs)
  return calls
}

interface ModelTurn {
  readonly stoppedAt: number
  readonly firstDeltaAt: number
}

/** The model's own part of each turn, by the number that its instructions name. */
function modelDelays(log: readonly LogEntry[]): Map<string, ModelTurn[]> {
  const numbers = new Map<number, string>()
  const stopped = new Map<number, number>()
  const turns = new Map<string, ModelTurn[]>()
  for (const { connection, type, atMs, body } of log) {
    if (type === 'session.update')
      numbers.set(connection, /Caller (\+\d+)/.exec(JSON.stringify(body))?.[1] ?? '')
    if (type === 'input_audio_buffer.speech_stopped') stopped.set(connection, atMs)
    const stoppedAt = stopped.get(connection)
    if (type !== 'response.output_audio.delta' || stoppedAt === undefined) continue
    stopped.delete(connection)
    const number = numbers.get(connection) ?? ''
    turns.set(number, [...(turns.get(number) ?? []), { stoppedAt, firstDeltaAt: atMs }])
  }
  return turns
}

/** Joins each turn of the caller with the model's: the one whose end of speech follows within the turn. */
function measured(
  turns: readonly Turn[],
  model: readonly ModelTurn[],
): { addedMs: number; voiceMs: number }[] {
  return turns.flatMap(({ saidAt, heardAt }) => {
    // The model's process is this one, so that both times are of one clock; one frame of slack for its own event loop.
    const own = model.find(
      ({ stoppedAt, firstDeltaAt }) => stoppedAt >= saidAt - 20 && firstDeltaAt <= heardAt,
    )
    if (!own) return []
    const voiceMs = heardAt - saidAt
    return [{ voiceMs, addedMs: voiceMs - (own.firstDeltaAt - own.stoppedAt) }]
  })
}
