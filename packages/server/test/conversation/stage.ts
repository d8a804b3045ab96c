import type { CallEventBody } from '@parley/contract/events'
import { encodeMulaw } from '@parley/wire/audio/g711'
import { makeTone } from '@parley/wire/audio/tone'
import { onTestFinished, vi } from 'vitest'
import { type Conversation, converse } from '../../src/conversation/converse.ts'
import type { OutsideTools } from '../../src/conversation/tools/outside.ts'
import type { TransferResult } from '../../src/conversation/happening.ts'
import type { ConversationSettings } from '../../src/conversation/settings.ts'
import type { CallPlan } from '../../src/domain/call-plan.ts'
import type { Control, ControlWish } from '../../src/domain/control.ts'
import type { AccountId, CallId, ControlId } from '../../src/domain/ids.ts'
import { firstWords } from '../../src/dialer/voice-session.ts'
import type { StandbyClips } from '../../src/speech/port.ts'
import { ScriptedLeg } from '../scripted/leg.ts'
import { type Script, ScriptedVoice, wordMs } from '../scripted/voice.ts'

export const firstSentence =
  'Hi John, this is Sarah from Bright Dental about your appointment tomorrow at three.'

export const plan: CallPlan = {
  callId: '01900000-0000-7000-8000-000000000001' as CallId,
  accountId: '01900000-0000-7000-8000-000000000002' as AccountId,
  to: '+14155551234',
  from: null,
  prompt: { kind: 'task', text: 'Confirm the appointment.' },
  firstSentence,
  mode: 'legacy',
  model: 'scripted',
  voice: 'scripted',
  temperature: null,
  language: 'en-US',
  maxDurationMs: 300_000,
  requestData: {},
  record: false,
}

export interface Play {
  readonly script?: Script
  readonly takesTurns?: boolean
  readonly needsWords?: boolean
  readonly plan?: Partial<CallPlan>
  readonly settings?: Partial<ConversationSettings>
  readonly tools?: OutsideTools
  readonly standby?: StandbyClips
}

/** A conversation in virtual time, with the callee in the test's hands. */
export class Stage {
  readonly leg = new ScriptedLeg()
  readonly voice: ScriptedVoice
  readonly events: CallEventBody[] = []
  /** Destinations that the agent wanted the callee to be moved to, and what comes of it. */
  readonly transfers: string[] = []
  readonly transferred = Promise.withResolvers<TransferResult>()
  readonly abandon = new AbortController()
  stop: (how: 'now' | 'farewell') => void = () => undefined
  /** Steers the call; what the conversation says to that is in `refusals`, by the wish's id. */
  readonly refusals = new Map<string, string | null>()
  #control: (control: Control) => void = () => undefined
  readonly #conversation: Promise<Conversation>
  #turn = 0
  #ended = false

  constructor({ script = () => ({ text: 'I see.' }), takesTurns = false, needsWords, ...more }: Play) {
    this.voice = new ScriptedVoice(script, takesTurns, needsWords)
    const call = { plan: { ...plan, ...more.plan }, prompt: '', standby: more.standby ?? null }
    const first = firstWords(call.plan)
    if (first) this.voice.say(first.replyId, first.text)
    let ids = 0
    this.#conversation = converse(
      call,
      {
        leg: this.leg,
        voice: this.voice,
        report: event => this.events.push(event),
        transfer: ({ to, summary }) => {
          this.transfers.push(summary === null ? to.name : `${to.name}: ${summary}`)
          return this.transferred.promise
        },
        stop: { onStop: listener => (this.stop = listener) },
        controls: {
          onControl: listener => (this.#control = listener ?? (() => undefined)),
          settle: (id, fault) => this.refusals.set(id, fault),
        },
        clock: () => Date.now(),
        newId: () => `id-${++ids}`,
        settings: more.settings ?? {},
        ...(more.tools ? { tools: more.tools } : {}),
      },
      this.abandon.signal,
    )
    this.#conversation.finally(() => (this.#ended = true)).catch(() => undefined)
  }

  /** Null: taken; a string says why not. */
  steer(wish: ControlWish): string | null | undefined {
    const id = `control-${this.refusals.size + 1}` as ControlId
    this.#control({ id, wish })
    return this.refusals.get(id)
  }

  get ended(): boolean {
    return this.#ended
  }

  async wait(ms: number): Promise<void> {
    await vi.advanceTimersByTimeAsync(ms)
  }

  /** Lets time pass until something holds; fails after two minutes of the call. */
  async until(holds: () => boolean): Promise<void> {
    for (let waited = 0; !holds(); waited += 20) {
      if (waited > 120_000) throw new Error(`never happened; events: ${JSON.stringify(this.events)}`)
      await this.wait(20)
    }
  }

  /** The callee speaks; resolves when the last word was said. The voice learns of it with the usual delays. */
  async says(
    text: string,
    lastsMs = Math.max(1, text.split(/\s+/u).filter(Boolean).length) * wordMs,
  ): Promise<void> {
    const startMs = this.leg.positionMs
    const endMs = startMs + lastsMs
    const turnId = `turn-${++this.#turn}`
    this.leg.sounds(speechSound(lastsMs))
    const heard = { type: 'heard', turnId, startMs, endMs } as const
    const { voice } = this
    setTimeout(() => voice.emit({ type: 'speech_started', atMs: startMs }), 60)
    const words = text.split(' ')
    const half = words.slice(0, Math.ceil(words.length / 2)).join(' ')
    if (!voice.silentPartials)
      setTimeout(() => voice.emit({ ...heard, text: half, final: false }), lastsMs * 0.7)
    setTimeout(() => voice.emit({ type: 'speech_stopped', atMs: endMs }), lastsMs + 250)
    // A speech-to-speech model answers before its transcriber has written down what it answers.
    const finalMs = lastsMs + (voice.capabilities.needsWords ? 330 : 700)
    setTimeout(() => voice.understood(text), lastsMs + 251)
    setTimeout(() => voice.emit({ ...heard, text, final: true }), finalMs)
    const answerMs = voice.answersOnWords ? finalMs + 1 : lastsMs + 260
    if (voice.capabilities.takesTurns) setTimeout(() => voice.answerByItself(), answerMs)
    await this.wait(lastsMs)
  }

  /** A tone from the callee's side, to its end and until it was noticed. */
  async beeps(frequencyHz = 1_000, lastsMs = 400): Promise<void> {
    const tone = { frequenciesHz: [frequencyHz], durationMs: lastsMs, sampleRateHz: 8_000 }
    this.leg.sounds(encodeMulaw(makeTone(tone)))
    await this.wait(lastsMs + 40)
  }

  /** The agent says something that it had not begun before, and comes to its end. */
  async agentAnswers(): Promise<void> {
    const before = this.leg.played.length
    await this.until(() => this.leg.played.length > before)
    await this.until(() => this.leg.speaker.queuedMs === 0)
  }

  /** Resolves with how it ended, at most two minutes later. */
  async over(): Promise<Conversation> {
    await this.until(() => this.#ended)
    return this.#conversation
  }

  /** What was played, by the text it was made from. */
  heardByCallee(): { text: string; fromMs: number; toMs: number }[] {
    return this.leg.played.map(({ tone, fromMs, toMs }) => ({
      text: this.voice.tones.get(tone) ?? '?',
      fromMs,
      toMs,
    }))
  }

  has(type: CallEventBody['type']): boolean {
    return this.events.some(event => event.type === type)
  }
}

/** Of the level of speech and broken up like it, and no tone. */
function speechSound(lastsMs: number): Uint8Array {
  const harmonics = { frequenciesHz: [220, 440, 660, 880, 1_320], sampleRateHz: 8_000, amplitude: 0.06 }
  const sound = makeTone({ ...harmonics, durationMs: lastsMs })
  const syllable = (at: number) => (at % (wordMs * 8) < (wordMs - 60) * 8 ? 1 : 0.02)
  return encodeMulaw(sound.map((sample, at) => sample * syllable(at)))
}

export function stage(play: Play): Stage {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  return new Stage(play)
}

/** A transcript as it would be read aloud. */
export function lines({ transcript }: Conversation): string[] {
  return transcript.map(({ user, text, interrupted }) => `${user}: ${text}${interrupted ? ' --' : ''}`)
}
