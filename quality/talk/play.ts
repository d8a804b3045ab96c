import { randomUUID } from 'node:crypto'
import type { CallEventBody } from '@parley/contract/events'
import { converse } from '../../packages/server/src/conversation/converse.ts'
import type { CallPlan } from '../../packages/server/src/domain/call-plan.ts'
import { firstWords } from '../../packages/server/src/dialer/voice-session.ts'
import type { AccountId, CallId } from '../../packages/server/src/domain/ids.ts'
import { ScriptedLeg } from '../../packages/server/test/scripted/leg.ts'
import { ScriptedVoice } from '../../packages/server/test/scripted/voice.ts'
import type { Told } from './hear-sound.ts'
import type { Sound } from './sound.ts'
import type { VirtualTime } from './virtual-time.ts'

export interface Played {
  readonly events: readonly CallEventBody[]
  /** The stretches of its sound that left. */
  readonly sounded: readonly { readonly fromMs: number; readonly toMs: number }[]
}

const plan: CallPlan = {
  callId: '01900000-0000-7000-8000-000000000001' as CallId,
  accountId: '01900000-0000-7000-8000-000000000002' as AccountId,
  to: '+14155551234',
  from: null,
  prompt: { kind: 'task', text: 'Take down what the callee says.' },
  firstSentence: null,
  mode: 'legacy',
  model: 'scripted',
  voice: 'scripted',
  temperature: null,
  language: 'en-US',
  maxDurationMs: 300_000,
  requestData: {},
  record: false,
}

/** The conversation as it is in the server, with the callee's sound on its line and a voice that follows a script. */
export async function play(
  { firstSentence, sound, told }: { firstSentence: string; sound: Sound; told: readonly Told[] },
  time: VirtualTime,
): Promise<Played> {
  const leg = new ScriptedLeg()
  const voice = new ScriptedVoice(() => ({ text: 'I see.' }), false)
  const call = { plan: { ...plan, firstSentence }, prompt: '' }
  const first = firstWords(call.plan)
  if (first) voice.say(first.replyId, first.text)
  const events: CallEventBody[] = []
  const abandon = new AbortController()
  let ended = false
  leg.sounds(sound.audio)
  for (const { atMs, event } of told) setTimeout(() => voice.emit(event), atMs)
  const talk = converse(
    call,
    {
      leg,
      voice,
      report: event => events.push(event),
      transfer: async () => ({ done: 'failed', reason: 'nobody is to be reached' }),
      stop: { onStop: () => undefined },
      clock: () => Date.now(),
      newId: randomUUID,
    },
    abandon.signal,
  ).finally(() => (ended = true))
  await time.until(() => ended, sound.audio.length / 8)
  abandon.abort()
  await time.until(() => ended, 5_000)
  await voice[Symbol.asyncDispose]()
  await talk
  return { events, sounded: leg.played.map(({ fromMs, toMs }) => ({ fromMs, toMs })) }
}
