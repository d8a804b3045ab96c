import { levelDbfs } from '@parley/wire/audio/level'
import { decodeMulaw } from '@parley/wire/audio/g711'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { bridge } from '../../src/dialer/bridge.ts'
import { holdMusic } from '../../src/dialer/hold-music.ts'
import { StopSwitch } from '../../src/dialer/live-calls.ts'
import { CallTransfer, type SecondLine } from '../../src/dialer/transfer-call.ts'
import { VoiceFault } from '../../src/speech/port.ts'
import { type Carrier, DialFailed, type DialRequest } from '../../src/telephony/port.ts'
import { plan } from '../conversation/stage.ts'
import { ScriptedLeg } from '../scripted/leg.ts'
import { ScriptedVoice } from '../scripted/voice.ts'

const to = { name: 'Sales', to: '+14155550100', description: null }
const wish = { to, summary: null }
const never = new AbortController().signal

/** Answers after so long, as whoever is given. */
class ScriptedCarrier implements Carrier {
  readonly requests: DialRequest[] = []
  readonly #answer: (signal: AbortSignal) => Promise<ScriptedLeg>

  constructor(answer: (signal: AbortSignal) => Promise<ScriptedLeg>) {
    this.#answer = answer
  }

  dial(request: DialRequest, signal: AbortSignal): Promise<ScriptedLeg> {
    this.requests.push(request)
    return this.#answer(signal)
  }
}

let lines: string[] = []
const secondLine: SecondLine = {
  answered: async leg => void lines.push(`answered ${leg.lifeline}`),
  over: async () => void lines.push('over'),
}

beforeEach(() => {
  lines = []
  vi.useFakeTimers()
})
afterEach(() => void vi.useRealTimers())

const noVoice = () => Promise.reject(new Error('no voice is needed'))
const busy = () => Promise.reject(new DialFailed('busy', { message: 'The line is busy', code: 486 }))

function ringing(second: ScriptedLeg, ringMs: number) {
  return async (signal: AbortSignal) => {
    const { promise, reject, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, ringMs)
    signal.addEventListener('abort', () => (clearTimeout(timer), reject(signal.reason)))
    await promise
    return second
  }
}

describe('somebody is looked for', () => {
  test('over a second line, with music for the callee until it is answered', async () => {
    const [leg, second] = [new ScriptedLeg(), new ScriptedLeg()]
    const carrier = new ScriptedCarrier(ringing(second, 5_000))
    const transfer = new CallTransfer({ secondLine, plan, openVoice: noVoice, leg, carrier })
    const settled = transfer.begin(wish, never)
    await vi.advanceTimersByTimeAsync(4_000)
    expect(leg.speaker.queuedMs).toBeGreaterThan(200)
    expect(leg.played.length).toBeGreaterThan(0)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(await settled).toEqual({ done: 'platform' })
    expect(leg.speaker.queuedMs).toBe(0)
    expect(carrier.requests[0]).toMatchObject({ to: '+14155550100', ringTimeoutMs: 25_000 })
    await transfer[Symbol.asyncDispose]()
    expect(second.hungUpAtMs).not.toBeNull()
    expect(leg.hungUpAtMs).toBeNull()
    expect(lines).toEqual(['answered null', 'over'])
  })

  test('in vain: the callee is back, without music', async () => {
    const leg = new ScriptedLeg()
    await using transfer = new CallTransfer({
      secondLine,
      plan,
      openVoice: noVoice,
      leg,
      carrier: new ScriptedCarrier(busy),
    })
    expect(await transfer.begin(wish, never)).toEqual({
      done: 'failed',
      reason: 'Nobody could be reached: busy',
    })
    expect(lines, 'its place is free').toEqual(['over'])
    expect(leg.speaker.queuedMs).toBe(0)
  })

  test('by the network first, and by us where it refuses', async () => {
    for (const answer of ['accepted', 'refused'] as const) {
      const leg = Object.assign(new ScriptedLeg(), { transfer: () => Promise.resolve(answer) })
      const carrier = new ScriptedCarrier(() => Promise.resolve(new ScriptedLeg()))
      await using transfer = new CallTransfer({ secondLine, plan, openVoice: noVoice, leg, carrier })
      expect(await transfer.begin(wish, never)).toEqual({
        done: answer === 'accepted' ? 'network' : 'platform',
      })
      expect(carrier.requests).toHaveLength(answer === 'accepted' ? 0 : 1)
    }
  })

  test('a network that tried in vain is not tried again by us', async () => {
    const leg = Object.assign(new ScriptedLeg(), { transfer: () => Promise.resolve('failed' as const) })
    const carrier = new ScriptedCarrier(() => Promise.resolve(new ScriptedLeg()))
    await using transfer = new CallTransfer({ secondLine, plan, openVoice: noVoice, leg, carrier })
    expect(await transfer.begin(wish, never)).toMatchObject({ done: 'failed' })
    expect(carrier.requests).toEqual([])
  })

  test('a network that says nothing has not taken the callee', async () => {
    const leg = Object.assign(new ScriptedLeg(), { transfer: () => Promise.reject(new Error('silence')) })
    await using transfer = new CallTransfer({
      secondLine,
      plan,
      openVoice: noVoice,
      leg,
      carrier: new ScriptedCarrier(() => Promise.resolve(new ScriptedLeg())),
    })
    expect(await transfer.begin(wish, never)).toEqual({ done: 'platform' })
  })

  test('a callee who hangs up stops the ringing', async () => {
    const leg = new ScriptedLeg()
    const gone = new AbortController()
    const transfer = new CallTransfer({
      secondLine,
      plan,
      openVoice: noVoice,
      leg,
      carrier: new ScriptedCarrier(ringing(new ScriptedLeg(), 20_000)),
    })
    const settled = transfer.begin(wish, gone.signal)
    await vi.advanceTimersByTimeAsync(1_000)
    gone.abort(new Error('over'))
    expect(await settled).toMatchObject({ done: 'failed' })
    await transfer[Symbol.asyncDispose]()
  })
})

describe('whoever takes over is told first', () => {
  const told = 'John wants to know the price.'
  const open = (second: ScriptedLeg) => {
    const leg = new ScriptedLeg()
    const voice = new ScriptedVoice(() => null, false)
    const transfer = new CallTransfer({
      secondLine,
      plan: {
        ...plan,
        transfer: { destinations: [to], mode: 'warm', briefing: 'A call from Bright Dental.' },
      },
      leg,
      carrier: new ScriptedCarrier(ringing(second, 2_000)),
      openVoice: () => Promise.resolve(voice),
    })
    return { leg, voice, transfer, settled: transfer.begin({ to, summary: told }, never) }
  }

  test('in the words of the call, while the callee hears music', async () => {
    const second = new ScriptedLeg()
    const { leg, voice, transfer, settled } = open(second)
    await vi.advanceTimersByTimeAsync(3_000)
    expect(voice.log).toEqual([{ type: 'say', text: `A call from Bright Dental. ${told}` }])
    const heard = () => second.played.filter(({ tone }) => voice.tones.has(tone))
    expect(heard()).not.toEqual([])
    expect(leg.speaker.queuedMs, 'the music plays on').toBeGreaterThan(200)
    await vi.advanceTimersByTimeAsync(5_000)
    expect(await settled).toEqual({ done: 'platform' })
    expect((heard().at(-1)?.toMs ?? 0) - (heard()[0]?.fromMs ?? 0)).toBeGreaterThan(2_500)
    await transfer[Symbol.asyncDispose]()
  })

  test('who hangs up on it does not take the callee', async () => {
    const second = new ScriptedLeg()
    const { transfer, settled } = open(second)
    await vi.advanceTimersByTimeAsync(3_000)
    second.happens({ type: 'hung_up', by: 'callee', detail: 'BYE', atMs: 1_000 })
    expect(await settled).toMatchObject({ done: 'failed' })
    expect(second.hungUpAtMs).not.toBeNull()
    expect(lines).toEqual(['answered null', 'over'])
    await transfer[Symbol.asyncDispose]()
  })

  test('a voice that breaks connects the two all the same', async () => {
    const { voice, transfer, settled } = open(new ScriptedLeg())
    await vi.advanceTimersByTimeAsync(2_500)
    const fault = new VoiceFault('scripted', 'unreachable', { message: 'gone' })
    voice.emit({ type: 'fault', fault, fatal: true })
    expect(await settled).toEqual({ done: 'platform' })
    await transfer[Symbol.asyncDispose]()
  })
})

describe('two people', () => {
  test('hear each other, and get each other’s keys', async () => {
    const [one, other] = [new ScriptedLeg(), new ScriptedLeg()]
    const over = bridge(one, other, never)
    one.speaks(7)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(other.played.filter(({ tone }) => tone === 7)).not.toEqual([])
    expect(one.played.some(({ tone }) => tone === 7)).toBe(false)
    other.press('5#')
    await vi.advanceTimersByTimeAsync(100)
    expect(one.pressed.map(({ digits }) => digits).join('')).toBe('5#')
    other.happens({ type: 'hung_up', by: 'callee', detail: 'BYE', atMs: 1_100 })
    await over
  })

  test('never lag behind by more than a quarter of a second', async () => {
    const [one, other] = [new ScriptedLeg(), new ScriptedLeg()]
    void bridge(one, other, never)
    other.stopsPlaying()
    await vi.advanceTimersByTimeAsync(5_000)
    expect(other.speaker.queuedMs).toBeLessThanOrEqual(260)
  })

  test('are parted when the call is stopped', async () => {
    const [leg, second] = [new ScriptedLeg(), new ScriptedLeg()]
    const carrier = new ScriptedCarrier(() => Promise.resolve(second))
    await using transfer = new CallTransfer({ secondLine, plan, openVoice: noVoice, leg, carrier })
    await transfer.begin(wish, never)
    const stop = new StopSwitch()
    let over = false
    const talking = transfer.untilOver(stop).then(() => (over = true))
    await vi.advanceTimersByTimeAsync(1_000)
    expect(over).toBe(false)
    stop.ask('now')
    await talking
  })
})

test('hold music is quiet, and not silent', () => {
  vi.useRealTimers()
  const level = levelDbfs(decodeMulaw(holdMusic()))
  expect(level).toBeGreaterThan(-45)
  expect(level).toBeLessThan(-28)
})
