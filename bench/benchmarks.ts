import type { Benchmark } from './benchmark.ts'
import { answerToVoice } from './platform/answer-to-voice.ts'
import { campaign } from './platform/campaign.ts'
import { realtimeStream } from './platform/realtime-stream.ts'
import { setup } from './platform/setup.ts'
import { rtp } from './rtp/benchmark.ts'
import { sip } from './sip/benchmark.ts'

export const benchmarks: ReadonlyMap<string, Benchmark> = new Map([
  ['rtp', rtp],
  ['sip', sip],
  ['realtime_stream', realtimeStream],
  ['setup', setup],
  ['answer_to_voice', answerToVoice],
  ['campaign', campaign],
])
