import type { StandIn } from '@parley/rehearsal/stand-ins/stand-in'
import type { BenchOptions, Benchmark, Figures } from '../benchmark.ts'
import { quantiles } from '../measure/quantiles.ts'
import { untilTrue } from '../measure/until-true.ts'
import { openPlatform, type Platform } from './open-platform.ts'
import type { PhoneCall } from './phone.ts'
import { numberOf } from './setup.ts'

const warmUpCalls = 3
const speaksWithinMs = 15_000
const greeting = 'Good morning, this is the benchmark calling.'

export const answerToVoice: Benchmark = {
  told: '200 sent to first RTP and to first voice, less the delay of the model from request to first audio',
  defaults: { calls: 20, seconds: 1 },
  run,
}

interface Answered {
  readonly rtpMs: number
  readonly voiceMs: number
  readonly addedMs: number
}

async function run(options: BenchOptions, signal: AbortSignal): Promise<Figures> {
  await using platform = await openPlatform(options, signal)
  for (let i = 0; i < warmUpCalls; i += 1) await answerOne(platform, i)
  const answers: Answered[] = []
  for (let i = 0; i < options.calls; i += 1) answers.push(await answerOne(platform, i))
  return {
    answer_to_rtp_ms: quantiles(answers.map(one => one.rtpMs)),
    answer_to_voice_ms: quantiles(answers.map(one => one.voiceMs)),
    added_ms: quantiles(answers.map(one => one.addedMs)),
  }
}

async function answerOne({ phone, place, model }: Platform, turn: number): Promise<Answered> {
  const { promise, resolve, reject } = Promise.withResolvers<PhoneCall>()
  phone.onRing((call, invitedAt) => void phone.pickUp(call, invitedAt).then(resolve, reject))
  const logStart = model.log.length
  await place(numberOf(turn), { first_sentence: greeting })
  await using call = await promise
  await untilTrue(() => call.line.firstVoiceAt !== undefined, speaksWithinMs)
  const voiceMs = (call.line.firstVoiceAt ?? Number.NaN) - call.answeredAt
  const rtpMs = (call.line.firstPacketAt ?? Number.NaN) - call.answeredAt
  return { rtpMs, voiceMs, addedMs: voiceMs - greetingDelay(model, logStart) }
}

/** What the model took by itself: from the request for the greeting to its first audio. */
function greetingDelay(model: StandIn, from: number): number {
  const log = model.log.slice(from)
  const asked = log.find(entry => entry.type === 'response.create')
  const spoken = log.find(entry => entry.type === 'response.output_audio.delta')
  return (spoken?.atMs ?? Number.NaN) - (asked?.atMs ?? Number.NaN)
}
