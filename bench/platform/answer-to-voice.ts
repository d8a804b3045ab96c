import type { StandIn } from '@parley/rehearsal/stand-ins/stand-in'
import type { BenchOptions, Benchmark, Figures } from '../benchmark.ts'
import { quantiles } from '../measure/quantiles.ts'
import { untilTrue } from '../measure/until-true.ts'
import { openPlatform, type Platform } from './open-platform.ts'
import type { PhoneCall } from './phone.ts'
import { numberOf } from './setup.ts'

const warmUpCalls = 3
const speaksWithinMs = 15_000
const words = 'Good morning, this is the benchmark calling.'

export const answerToVoice: Benchmark = {
  told: '200 sent to first RTP and to first voice, less the delay of the model from request to first audio',
  defaults: { calls: 20, seconds: 1 },
  run,
}

interface Answered {
  readonly rtpMs: number
  readonly voiceMs: number
  readonly addedMs: number
  /** From the moment at which the line was open and the model had audio. */
  readonly readyMs: number
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
    ready_to_voice_ms: quantiles(answers.map(one => one.readyMs)),
  }
}

async function answerOne({ phone, place, model }: Platform, turn: number): Promise<Answered> {
  const { promise, resolve, reject } = Promise.withResolvers<PhoneCall>()
  phone.onRing((call, invitedAt) => void phone.pickUp(call, invitedAt).then(resolve, reject))
  const logStart = model.log.length
  await place(numberOf(turn), { first_sentence: words })
  await using call = await promise
  await untilTrue(() => call.line.firstVoiceAt !== undefined, speaksWithinMs)
  const voiceMs = (call.line.firstVoiceAt ?? Number.NaN) - call.answeredAt
  const rtpMs = (call.line.firstPacketAt ?? Number.NaN) - call.answeredAt
  const { askedAt, spokenAt } = greeting(model, logStart)
  const readyMs = voiceMs - Math.max(0, spokenAt - call.answeredAt)
  return { rtpMs, voiceMs, addedMs: voiceMs - (spokenAt - askedAt), readyMs }
}

/** When the model was asked for the greeting, which may be before the answer, and when it had its first audio. */
function greeting(model: StandIn, from: number): { askedAt: number; spokenAt: number } {
  const log = model.log.slice(from)
  const at = (type: string): number => log.find(entry => entry.type === type)?.atMs ?? Number.NaN
  return { askedAt: at('response.create'), spokenAt: at('response.output_audio.delta') }
}
