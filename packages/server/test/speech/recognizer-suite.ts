import type { HearingOptions } from '@parley/rehearsal/stand-ins/hearing'
import type { StandIn } from '@parley/rehearsal/stand-ins/stand-in'
import { toneSpeech } from '@parley/rehearsal/stand-ins/tone-speech'
import { encodeMulaw } from '@parley/wire/audio/g711'
import { makeTone } from '@parley/wire/audio/tone'
import { afterEach, describe, expect, test } from 'vitest'
import type { Recognizer } from '../../src/speech/cascade/port.ts'
import { reconnecting } from '../../src/speech/cascade/reconnecting-recognizer.ts'
import type { SocketDeadlines } from '../../src/speech/socket-session.ts'
import { RecognizerProbe } from './recognizer-probe.ts'

/** What one provider brings to the suite that every recognizer has to pass. */
export interface RecognizerUnderTest {
  readonly provider: string
  standIn(options: { apiKey: string } & HearingOptions): Promise<StandIn>
  recognizer(server: StandIn, config: { apiKey: string; deadlines?: Partial<SocketDeadlines> }): Recognizer
}

/** One that runs in this process. */
export interface LocalRecognizerUnderTest {
  readonly provider: string
  readonly sentences: readonly [string, string]
  /** Speech that it does not understand. */
  readonly nonsense: string
  speak(text: string): Promise<Uint8Array>
  recognizer(): Recognizer
}

const KEY = 'key-canary-31bd'
const SHORT = { pingMs: 50, silentMs: 200 }
const FIRST = 'please tomorrow works for everybody'
const SECOND = 'nobody here afterwards'
const vocabulary = `${FIRST} ${SECOND}`.split(' ')
/** Words are heard in blocks of 5 ms; vendors tell seconds with three digits. */
const WORD_PRECISION_MS = 15

/** The recognizer port, as the cascade relies on it: over the network. */
export function recognizerSuite(subject: RecognizerUnderTest): void {
  const keep = keeper()

  async function standIn(options: HearingOptions = {}): Promise<StandIn> {
    return keep(await subject.standIn({ apiKey: KEY, vocabulary, ...options }))
  }

  async function open(
    server: StandIn,
    config: { apiKey?: string; deadlines?: Partial<SocketDeadlines>; reconnects?: boolean } = {},
  ): Promise<RecognizerProbe> {
    const { reconnects = false, ...rest } = config
    const recognizer = subject.recognizer(server, { apiKey: KEY, ...rest })
    const probe = new RecognizerProbe(2)
    await probe.open(reconnects ? reconnecting(recognizer) : recognizer, { language: 'en-US' })
    keep(probe.stream)
    return probe
  }

  const connections = (server: StandIn) => server.log.filter(entry => entry.type === 'connect').length
  const closed = (server: StandIn) => server.log.some(entry => entry.type === 'close')

  describe(`the recognizer of ${subject.provider}`, () => {
    test('guesses, then tells final words, each in its place on the media clock', async () => {
      const probe = await open(await standIn())
      const startMs = await probe.say(toneSpeech(FIRST))
      await probe.until(() => probe.answers > 0)
      expect(probe.text).toBe(FIRST)
      const partials = probe.of('partial').map(event => event.text)
      expect(partials.length).toBeGreaterThan(0)
      expect(partials.filter(text => !FIRST.startsWith(text.trim()))).toEqual([])
      expect(probe.of('final').at(-1)?.turnOver ?? false).toBe(Boolean(probe.capabilities?.endsTurns))
      expectOrder(probe)
      expectPlaces(probe, FIRST, startMs)
      expect(probe.of('fault')).toEqual([])
    })

    test('places the words of later turns too, where the line left audio out', async () => {
      const probe = await open(await standIn())
      await probe.say(toneSpeech(FIRST))
      await probe.until(() => probe.answers > 0)
      probe.atMs += 10_000
      const told = probe.events.length
      const answers = probe.answers
      const startMs = await probe.say(toneSpeech(SECOND))
      await probe.until(() => probe.answers > answers && probe.text === `${FIRST} ${SECOND}`)
      probe.events.splice(0, told)
      expectPlaces(probe, SECOND, startMs)
    })

    test('answers a pause after noise with a final without words', async () => {
      const probe = await open(await standIn())
      await probe.say(whistle)
      await probe.until(() => probe.answers > 0)
      expect(probe.text).toBe('')
      const startMs = probe.atMs
      await probe.say(toneSpeech(SECOND))
      await probe.until(() => probe.text === SECOND)
      expect(probe.of('final').at(-1)?.endMs).toBeGreaterThan(startMs)
    })

    test('passes µ-law through untouched', async () => {
      const pieces: Uint8Array[] = []
      const probe = await open(await standIn({ onAudio: audio => void pieces.push(audio.slice()) }))
      await probe.say(toneSpeech(FIRST))
      await probe.until(() => probe.answers > 0)
      const arrived = Buffer.concat(pieces)
      const given = Buffer.concat(probe.given)
      // The newest may still be waiting for its piece to fill.
      expect(arrived.length).toBeGreaterThan(given.length - 2_000)
      expect(arrived.equals(given.subarray(0, arrived.length))).toBe(true)
    })

    test('closing ends the connection, and nothing is told after it', async () => {
      const server = await standIn()
      const probe = await open(server)
      await probe.begin(toneSpeech(FIRST))
      await probe.stream[Symbol.asyncDispose]()
      const told = probe.events.length
      await probe.stream[Symbol.asyncDispose]()
      await probe.pause()
      await expect.poll(() => closed(server)).toBe(true)
      expect(probe.events.slice(told)).toEqual([])
    })

    test('a wrong key is unauthorized and stands in no error', async () => {
      const thrown = await open(await standIn(), { apiKey: 'other-canary' }).catch((error: unknown) => error)
      expect(thrown).toMatchObject({ name: 'VoiceFault', kind: 'unauthorized', provider: subject.provider })
      const whole = JSON.stringify(thrown, [...Object.getOwnPropertyNames(thrown), 'cause'])
      expect(`${String(thrown)} ${whole}`).not.toContain('other-canary')
    })

    test.each([
      [503, 'unreachable'],
      [429, 'rate_limited'],
    ])('HTTP %i is %s', async (status, kind) => {
      const server = await standIn()
      server.faults.refuse(status)
      await expect(open(server)).rejects.toMatchObject({ name: 'VoiceFault', kind })
    })

    test('a message that means nothing is a fault of one moment', async () => {
      const server = await standIn()
      const probe = await open(server)
      server.faults.garble()
      await expect
        .poll(() => probe.of('fault'))
        .toMatchObject([{ fatal: false, fault: { kind: 'protocol' } }])
      await probe.say(toneSpeech(FIRST))
      await probe.until(() => probe.text === FIRST)
    })

    test('a half-open connection is found', async () => {
      const server = await standIn()
      const probe = await open(server, { deadlines: SHORT })
      server.faults.stall()
      await expect.poll(() => probe.of('fault')).toMatchObject([{ fatal: true, fault: { kind: 'timeout' } }])
    })

    test.each(['whole', 'half-open'])('no word is lost with a connection (%s)', async how => {
      const server = await standIn()
      const probe = await open(server, { reconnects: true, deadlines: SHORT })
      const audio = toneSpeech(FIRST)
      const middle = audio.length - (audio.length % 320) - 4_800
      await probe.begin(audio.subarray(0, middle))
      if (how === 'whole') server.faults.drop()
      else server.faults.stall()
      await probe.hear(audio.subarray(middle))
      await probe.pause()
      await probe.until(() => probe.text !== '')
      expect(probe.text).toBe(FIRST)
      expect(connections(server)).toBe(2)
      expect(probe.of('fault')).toMatchObject([{ fatal: false, fault: { provider: subject.provider } }])
      await probe.say(toneSpeech(SECOND))
      await probe.until(() => probe.text === `${FIRST} ${SECOND}`)
    })
  })
}

/** The recognizer port, as the cascade relies on it: in this process. */
export function localRecognizerSuite(subject: LocalRecognizerUnderTest): void {
  const keep = keeper()

  async function open(): Promise<RecognizerProbe> {
    const probe = new RecognizerProbe(50)
    await probe.open(subject.recognizer(), { language: 'en-US' })
    keep(probe.stream)
    return probe
  }

  const plain = (text: string) => text.toLowerCase().replaceAll(/[.,?!]/gu, '')

  describe(`the recognizer of ${subject.provider}`, () => {
    test('guesses, then tells final words on the media clock, turn after turn', async () => {
      const probe = await open()
      for (const sentence of subject.sentences) {
        const told = probe.events.length
        const answers = probe.answers
        const startMs = await probe.say(await subject.speak(sentence))
        await probe.until(() => probe.answers > answers)
        const news = probe.events.slice(told)
        expect(news.map(event => event.type)).toContain('partial')
        expect(news.at(-1)).toMatchObject({ type: 'final', startMs })
        expect(plain(probe.of('final').at(-1)?.text ?? '')).toBe(plain(sentence))
      }
      expectOrder(probe)
    })

    test('answers a pause after speech that makes no sense with a final without words', async () => {
      const probe = await open()
      await probe.say(await subject.speak(subject.nonsense))
      await probe.until(() => probe.answers > 0)
      expect(probe.of('final')).toMatchObject([{ text: '' }])
    })

    test('nothing is told after closing', async () => {
      const probe = await open()
      await probe.begin(await subject.speak(subject.sentences[0]))
      await probe.stream[Symbol.asyncDispose]()
      const told = probe.events.length
      await probe.stream[Symbol.asyncDispose]()
      await probe.pause()
      await new Promise(resolve => setTimeout(resolve, 200))
      expect(probe.events.slice(told)).toEqual([])
    })
  })
}

const whistle = encodeMulaw(makeTone({ frequenciesHz: [2_000], durationMs: 400, sampleRateHz: 8_000 }))

/** Disposed after each test, the newest first. */
function keeper(): <Opened extends AsyncDisposable>(opened: Opened) => Opened {
  const closing: AsyncDisposable[] = []
  afterEach(async () => {
    for (const each of closing.splice(0).toReversed()) await each[Symbol.asyncDispose]()
  })
  return opened => {
    closing.push(opened)
    return opened
  }
}

function expectOrder(probe: RecognizerProbe): void {
  for (const event of probe.events) {
    if (event.type === 'fault') continue
    expect(event.endMs).toBeGreaterThanOrEqual(event.startMs)
    expect(event.endMs).toBeLessThanOrEqual(probe.atMs)
  }
}

/** That what was said from `startMs` on was placed there. */
function expectPlaces(probe: RecognizerProbe, sentence: string, startMs: number): void {
  const finals = probe.of('final').filter(event => event.text !== '')
  expect(Math.abs((finals[0]?.startMs ?? 0) - startMs)).toBeLessThanOrEqual(120)
  const words = finals.flatMap(event => event.words ?? [])
  if (!probe.capabilities?.wordTimes) return expect(words).toEqual([])
  let atMs = startMs
  const truth = sentence.split(' ').map(text => {
    const word = { text, startMs: atMs, endMs: atMs + text.length * 55 }
    atMs = word.endMs + 60
    return word
  })
  expect(words.map(word => word.text)).toEqual(truth.map(word => word.text))
  const errors = words.flatMap((word, index) => [
    Math.abs(word.startMs - (truth[index]?.startMs ?? 0)),
    Math.abs(word.endMs - (truth[index]?.endMs ?? 0)),
  ])
  expect(Math.max(...errors)).toBeLessThanOrEqual(WORD_PRECISION_MS)
}
