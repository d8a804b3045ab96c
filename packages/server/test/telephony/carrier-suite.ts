import { setTimeout as sleep } from 'node:timers/promises'
import { decodeMulaw } from '@parley/wire/audio/g711'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { DialFailed, type DialProgress, type Leg, type LegEvent } from '../../src/telephony/port.ts'
import type { Callee, Exchange, RingingCall } from './exchange.ts'
import { findAudio, frameLevels, soundMs, soundStart, tone } from './sound.ts'

const patience = { timeout: 10_000, interval: 10 }
const until = (check: () => void) => vi.waitFor(check, patience)

/** What every carrier promises the conversation, whatever protocol it speaks. */
export function testCarrier(name: string, open: () => Promise<Exchange>): void {
  describe(`the carrier ${name}`, () => {
    let exchange: Exchange
    beforeAll(async () => {
      exchange = await open()
    })
    afterAll(async () => {
      await exchange[Symbol.asyncDispose]()
    })

    function dial(options: { ringTimeoutMs?: number; signal?: AbortSignal } = {}) {
      const progress: DialProgress[] = []
      const dialled = exchange.carrier.dial(
        {
          to: exchange.to,
          from: exchange.from,
          ringTimeoutMs: options.ringTimeoutMs ?? 20_000,
          correlationId: 'a-call-of-ours',
          onProgress: step => progress.push(step),
        },
        options.signal ?? new AbortController().signal,
      )
      dialled.catch(() => undefined)
      return { dialled, progress }
    }

    /** Byte for byte, or where the protocol may lose a frame, nearly all of it. */
    function holds(audio: Uint8Array, needle: Uint8Array): boolean {
      if (exchange.isLossless) return findAudio(audio, needle) >= 0
      return soundMs(audio) >= 0.85 * soundMs(needle)
    }

    /** An answered call: our leg with what it reports, and the callee's phone. */
    async function talk(): Promise<Talk> {
      const { dialled, progress } = dial()
      const ringing = await exchange.nextCall()
      await ringing.ring()
      const [leg, callee] = await Promise.all([dialled, ringing.answer()])
      const events: LegEvent[] = []
      leg.listen(event => events.push(event))
      return {
        leg,
        callee,
        ringing,
        progress,
        events,
        [Symbol.asyncDispose]: () => leg[Symbol.asyncDispose](),
      }
    }

    it('tells that it was placed, that it rings, and resolves at the answer', async () => {
      await using call = await talk()
      expect(call.progress[0]).toMatchObject({ type: 'placed' })
      if (exchange.tellsRinging)
        await until(() => expect(call.progress.map(({ type }) => type)).toContain('ringing'))
      expect(call.leg.providerCallId).not.toBe('')
      const ids = call.progress.flatMap(told => (told.type === 'placed' ? [told.providerCallId] : []))
      expect(new Set(ids).size).toBe(ids.length)
      expect(ids.at(-1)).toBe(call.leg.providerCallId)
      expect(call.leg.positionMs).toBeLessThan(2_000)
      const before = call.leg.positionMs
      await sleep(100)
      expect(call.leg.positionMs - before).toBeGreaterThan(80)
    })

    it.each(['busy', 'rejected', 'no-answer'] as const)('tells %s from every other failure', async how => {
      const { dialled } = dial()
      const ringing = await exchange.nextCall()
      await ringing.ring()
      await ringing.refuse(how)
      const failure = await dialled.then(neverAnswered, (error: unknown) => error)
      expect(failure).toBeInstanceOf(DialFailed)
      expect(failure).toMatchObject({ callStatus: how })
      expect((failure as DialFailed).code).not.toBeNull()
      expect((failure as Error).message).not.toContain(exchange.to)
    })

    it('gives up when nobody answers in time, and stops the ringing', async () => {
      const { dialled } = dial({ ringTimeoutMs: 700 })
      const ringing = await exchange.nextCall()
      await ringing.ring()
      await expect(dialled).rejects.toMatchObject({ name: 'DialFailed', callStatus: 'no-answer' })
      await ringing.ended
    })

    it('stops the ringing when it is cancelled', async () => {
      const cancel = new AbortController()
      const { dialled } = dial({ signal: cancel.signal })
      const ringing = await exchange.nextCall()
      await ringing.ring()
      cancel.abort()
      await expect(dialled).rejects.toMatchObject({ name: 'DialFailed', callStatus: 'cancelled' })
      await ringing.ended
    })

    it('reports once that the callee has hung up', async () => {
      await using call = await talk()
      await call.callee.hangUp()
      await until(() => expect(call.events.map(({ type }) => type)).toContain('hung_up'))
      await sleep(100)
      const ends = call.events.filter(({ type }) => type === 'hung_up')
      expect(ends).toHaveLength(1)
      expect(ends[0]).toMatchObject({ by: 'callee' })
      const { positionMs } = call.leg
      expect((ends[0] as { atMs: number }).atMs).toBeLessThanOrEqual(positionMs + 20)
      await call.leg.hangUp()
    })

    it('hangs up, once however often it is asked, and is disposed of twice without harm', async () => {
      const call = await talk()
      await Promise.all([call.leg.hangUp(), call.leg.hangUp()])
      await call.ringing.ended
      await call.leg.hangUp()
      await call.leg[Symbol.asyncDispose]()
      await call.leg[Symbol.asyncDispose]()
      expect(call.events.filter(({ type }) => type === 'hung_up')).toEqual([])
      expect(() => call.leg.speaker.write(new Uint8Array(160))).not.toThrow()
    })

    it('carries audio intact in both directions', async () => {
      await using call = await talk()
      const [ours, theirs] = [tone(440, 1_000), tone(700, 1_000)]
      const heard = listenIn(call.leg)
      call.leg.speaker.write(ours)
      call.callee.say(theirs)
      await until(() => {
        expect(holds(call.callee.heard(), ours)).toBe(true)
        expect(holds(heard.audio(), theirs)).toBe(true)
      })
      expect(heard.leastStepMs()).toBeGreaterThan(exchange.isLossless ? 19.9 : 0)
      const { packetsSent, packetsReceived } = call.leg.stats()
      expect(packetsSent).toBeGreaterThan(exchange.isLossless ? 49 : 20)
      expect(packetsReceived).toBeGreaterThan(exchange.isLossless ? 49 : 20)
    })

    it('tells when what was written before a mark has been played', async () => {
      await using call = await talk()
      call.leg.speaker.write(tone(500, 600))
      call.leg.speaker.mark('half')
      call.leg.speaker.write(tone(600, 610))
      call.leg.speaker.mark('end')
      expect(call.leg.speaker.queuedMs).toBeGreaterThan(1_000)
      const startedAt = call.leg.positionMs
      await until(() => expect(marks(call.events)).toHaveLength(2))
      expect(marks(call.events)).toMatchObject([
        { name: 'half', cleared: false },
        { name: 'end', cleared: false },
      ])
      const [halfMs = 0, endMs = 0] = marks(call.events).map(({ atMs }) => atMs - startedAt)
      expect(halfMs).toBeGreaterThan(520)
      expect(halfMs).toBeLessThan(900)
      expect(endMs - halfMs).toBeGreaterThan(520)
      expect(call.leg.speaker.queuedMs).toBeLessThan(20)
    })

    it('falls silent at once when it is cleared, and plays what is written afterwards', async () => {
      await using call = await talk()
      call.leg.speaker.write(tone(500, 3_000))
      call.leg.speaker.mark('never played')
      await until(() => expect(soundMs(call.callee.heard())).toBeGreaterThan(300))
      call.leg.speaker.clear()
      expect(call.leg.speaker.queuedMs).toBeLessThanOrEqual(20)
      const heardBefore = soundMs(call.callee.heard())
      await until(() => expect(marks(call.events)).toMatchObject([{ name: 'never played', cleared: true }]))
      await sleep(400)
      expect(soundMs(call.callee.heard()) - heardBefore).toBeLessThanOrEqual(80 + exchange.latencyMs)
      const after = tone(900, 300)
      call.leg.speaker.write(after)
      call.leg.speaker.mark('after')
      await until(() => expect(soundMs(call.callee.heard()) - heardBefore).toBeGreaterThan(250))
      await until(() => expect(marks(call.events)).toHaveLength(2))
      expect(marks(call.events)[1]).toMatchObject({ name: 'after', cleared: false })
    })

    it('is turned down and up again in the middle of its audio, which the recording shows', async () => {
      await using call = await talk()
      const tap = record(call.leg)
      call.leg.speaker.write(tone(440, 2_400))
      await until(() => expect(soundMs(call.callee.heard())).toBeGreaterThan(300))
      call.leg.speaker.gain(-15)
      await sleep(600)
      call.leg.speaker.gain(0)
      call.leg.speaker.mark('end')
      await until(() => expect(marks(call.events)).toHaveLength(1))
      await until(() => expect(tap.seconds()).toBeGreaterThan(2.4))
      for (const audio of [tap.played(), call.callee.heard()]) {
        const levels = frameLevels(audio).filter(level => level > -50)
        const loudest = Math.max(...levels)
        const down = levels.filter(level => Math.abs(level - loudest + 15) < 1)
        expect(down.length).toBeGreaterThan(15)
        expect(levels.filter(level => loudest - level < 1).length).toBeGreaterThan(60)
      }
    })

    it('plays a bed under its silence and its speech, and none once it is taken away', async () => {
      await using call = await talk()
      call.leg.speaker.background({ samples: decodeMulaw(tone(500, 200)), gainDb: -12 })
      await until(() => expect(soundMs(call.callee.heard())).toBeGreaterThan(600))
      expect(call.leg.speaker.queuedMs).toBe(0)
      call.leg.speaker.write(tone(700, 200))
      call.leg.speaker.mark('said')
      await until(() => expect(marks(call.events)).toHaveLength(1))
      const levels = frameLevels(call.callee.heard()).filter(level => level > -50)
      expect(Math.max(...levels) - Math.min(...levels)).toBeGreaterThan(8)
      call.leg.speaker.background(null)
      await sleep(300)
      const before = soundMs(call.callee.heard())
      await sleep(200)
      expect(soundMs(call.callee.heard())).toBe(before)
    })

    it('carries digits both ways', async () => {
      await using call = await talk()
      call.callee.press('159#')
      await until(() => expect(digits(call.events)).toBe('159#'))
      const positions = call.events.map(event => ('atMs' in event ? event.atMs : 0))
      expect(positions).toEqual(positions.toSorted((a, b) => a - b))
      const startedAt = performance.now()
      await call.leg.sendDigits('70w2*', AbortSignal.timeout(10_000))
      expect(performance.now() - startedAt).toBeGreaterThan(900)
      await until(() => expect(call.callee.digits()).toBe('702*'))
      await expect(call.leg.sendDigits('12x', AbortSignal.timeout(1_000))).rejects.toThrow(RangeError)
    })

    it('gives the recording both sides, aligned and without gaps', async () => {
      await using call = await talk()
      const tap = record(call.leg)
      const [ours, theirs] = [tone(440, 400), tone(700, 400)]
      await sleep(300)
      call.leg.speaker.write(ours)
      const wroteAtMs = call.leg.positionMs
      call.callee.say(theirs)
      await until(() => expect(tap.seconds()).toBeGreaterThan(1.6))
      await call.leg.hangUp()
      expect(tap.isWhole()).toBe(true)
      expect(holds(tap.played(), ours)).toBe(true)
      expect(holds(tap.heard(), theirs)).toBe(true)
      const [playedMs, heardMs] = [soundStart(tap.played()) / 8, soundStart(tap.heard()) / 8]
      expect(Math.abs(playedMs - wroteAtMs)).toBeLessThan(100)
      expect(Math.abs(heardMs - playedMs)).toBeLessThan(200)
    })
  })
}

interface Talk extends AsyncDisposable {
  readonly leg: Leg
  readonly callee: Callee
  readonly ringing: RingingCall
  readonly progress: DialProgress[]
  readonly events: LegEvent[]
}

const marks = (events: readonly LegEvent[]) => events.filter(event => event.type === 'mark')
const digits = (events: readonly LegEvent[]) =>
  events
    .filter(event => event.type === 'digit')
    .map(({ digit }) => digit)
    .join('')

function neverAnswered(): never {
  throw new Error('the call was answered')
}

function listenIn(leg: Leg) {
  const frames: Uint8Array[] = []
  const positions: number[] = []
  leg.hear((frame, atMs) => {
    frames.push(frame.slice())
    positions.push(atMs)
  })
  return {
    audio: () => Buffer.concat(frames),
    /** Between two frames, on the media clock. */
    leastStepMs: () => Math.min(...positions.slice(1).map((atMs, i) => atMs - (positions[i] ?? 0))),
  }
}

function record(leg: Leg) {
  const pairs: { heard: Uint8Array; played: Uint8Array; atMs: number }[] = []
  leg.tap((heard, played, atMs) => pairs.push({ heard: heard.slice(), played: played.slice(), atMs }))
  return {
    seconds: () => pairs.length / 50,
    heard: () => Buffer.concat(pairs.map(({ heard }) => heard)),
    played: () => Buffer.concat(pairs.map(({ played }) => played)),
    isWhole: () =>
      pairs.length > 0 &&
      pairs.every(
        ({ atMs, heard, played }, i) => atMs === i * 20 && heard.length === 160 && played.length === 160,
      ),
  }
}
