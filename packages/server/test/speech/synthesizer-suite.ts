import type { StandIn } from '@parley/rehearsal/stand-ins/stand-in'
import { toneSpeech } from '@parley/rehearsal/stand-ins/tone-speech'
import { mulawLevelDbfs } from '@parley/wire/audio/level'
import { afterEach, describe, expect, test } from 'vitest'
import { guarded } from '../../src/speech/cascade/guarded-synthesizer.ts'
import type { Spoken, Synthesizer, SynthesizerStream } from '../../src/speech/cascade/port.ts'
import type { VoiceFault } from '../../src/speech/port.ts'

/** What one vendor brings to the suite that every synthesizer has to pass. */
export interface SynthesizerUnderTest {
  readonly provider: string
  readonly voice: string
  readonly language: string
  standIn(options: SpeechFaults & { apiKey: string }): Promise<StandIn>
  synthesizer(server: StandIn, apiKey: string): Synthesizer
  /** How exactly it tells when words are said. */
  readonly tells: 'words' | 'letters' | 'clauses'
}

export interface SpeechFaults {
  readonly firstAudioMs?: number
  readonly betweenPiecesMs?: number
  readonly sampleRateHz?: number
}

const KEY = 'key-canary-2b8e'
const FIRST = 'Good morning John, '
const SECOND = 'this is Sarah calling from Bright Dental about tomorrow.'
const WHOLE = FIRST + SECOND

/** The synthesizer port, as the cascade relies on it. */
export function synthesizerSuite(subject: SynthesizerUnderTest): void {
  const closing: AsyncDisposable[] = []
  afterEach(async () => {
    for (const each of closing.splice(0).toReversed()) await each[Symbol.asyncDispose]()
  })

  async function standIn(faults: SpeechFaults = {}): Promise<StandIn> {
    const server = await subject.standIn({ apiKey: KEY, ...faults })
    closing.push(server)
    return server
  }

  async function openAt(server: StandIn, apiKey = KEY): Promise<SynthesizerStream> {
    const { provider, voice, language } = subject
    const synthesizer = guarded(provider, subject.synthesizer(server, apiKey))
    const stream = await synthesizer.open({ voice, language }, AbortSignal.timeout(5000))
    closing.push(stream)
    return stream
  }

  async function open(faults: SpeechFaults = {}) {
    const server = await standIn(faults)
    return { server, stream: await openAt(server) }
  }

  const invalid = (server: StandIn) => server.log.filter(({ type }) => type === 'invalid')

  describe(`the synthesizer of ${subject.provider}`, () => {
    test('speaks text while it arrives, whole and at the pace of its words', async () => {
      const { server, stream } = await open()
      const said = await spoken(stream)
      expect(said.text.trim()).toBe(WHOLE)
      const wanted = Buffer.concat([toneSpeech(FIRST), toneSpeech(SECOND)])
      expect(Math.abs(said.audio.length - wanted.length)).toBeLessThan(32)
      expect(Math.abs(mulawLevelDbfs(said.audio) - mulawLevelDbfs(wanted))).toBeLessThan(1)
      expect(invalid(server)).toEqual([])
    })

    test('tells its words in order, where they are said', async () => {
      const { stream } = await open()
      const { pieces } = await spoken(stream)
      const told = pieces.filter(({ text }) => text.trim() !== '')
      expect(told.map(({ atMs }) => atMs)).toEqual(told.map(({ atMs }) => atMs).toSorted((a, b) => a - b))
      const secondMs = toneSpeech(FIRST).length / 8
      const second = told.find(({ text }) => /\bthis\b/u.test(text))
      const closeMs = { words: 20, letters: 250, clauses: 20 }[subject.tells]
      expect(Math.abs((second?.atMs ?? 0) - secondMs)).toBeLessThan(closeMs)
      expect(told.length).toBeGreaterThanOrEqual(subject.tells === 'words' ? WHOLE.split(' ').length : 2)
    })

    test('speaks one utterance after the other', async () => {
      const { server, stream } = await open()
      for (const text of ['One of them. ', 'And two.'])
        expect((await spoken(stream, [text])).text).toContain(text.trim())
      expect(invalid(server)).toEqual([])
    })

    test('markup and signs in the text are words', async () => {
      const { server, stream } = await open()
      const text = 'Q&A <b>at</b> "5" o\'clock </voice>.'
      expect((await spoken(stream, [text])).text.trim()).toBe(text)
      expect(invalid(server)).toEqual([])
    })

    test('cancelling stops it, and the next utterance is not mixed with it', async () => {
      const { server, stream } = await open({ betweenPiecesMs: 30 })
      const stop = new AbortController()
      const speaking = spoken(stream, [WHOLE], { signal: stop.signal, onPiece: () => stop.abort(enough) })
      await expect(speaking).rejects.toBe(enough)
      const next = await spoken(stream, ['Yes?'])
      expect(next.text.trim()).toBe('Yes?')
      expect(Math.abs(next.audio.length - toneSpeech('Yes?').length)).toBeLessThan(32)
      expect(invalid(server)).toEqual([])
    })

    test('disposing ends what is being said', async () => {
      const { stream } = await open({ betweenPiecesMs: 30 })
      let ended: Promise<void> | null = null
      const end = () => (ended ??= Promise.resolve(stream[Symbol.asyncDispose]()))
      const speaking = spoken(stream, [WHOLE], { onPiece: end })
      await expect(speaking).rejects.toMatchObject({ name: 'AbortError' })
    })

    test('no sound in time is a timeout', async () => {
      const { stream } = await open({ firstAudioMs: 20_000 })
      const beganMs = performance.now()
      await expect(spoken(stream)).rejects.toMatchObject({ ...fault, kind: 'timeout' })
      expect(performance.now() - beganMs).toBeGreaterThan(1_400)
    })

    test.each([16_000, 4_000])('speech with %i samples in a second does not pass', async sampleRateHz => {
      const { stream } = await open({ sampleRateHz })
      await expect(spoken(stream)).rejects.toMatchObject({ ...fault, kind: 'protocol' })
    })

    test('a connection that is lost in the middle is told after what was said', async () => {
      const { server, stream } = await open({ betweenPiecesMs: 30 })
      const pieces: Spoken[] = []
      const onPiece = (piece: Spoken) => {
        pieces.push(piece)
        if (pieces.length === 3) server.faults.drop()
      }
      await expect(spoken(stream, [WHOLE], { onPiece })).rejects.toMatchObject({
        ...fault,
        kind: 'unreachable',
      })
      expect(pieces.length).toBeGreaterThanOrEqual(3)
      expect((await spoken(stream, ['Again.'])).text.trim()).toBe('Again.')
    })

    test('a wrong key is unauthorized, and no key stands in the fault', async () => {
      const wrong = 'key-canary-wrong'
      const speaking = standIn()
        .then(server => openAt(server, wrong))
        .then(stream => spoken(stream))
      const thrown: unknown = await speaking.catch((error: unknown) => error)
      expect(thrown).toMatchObject({ ...fault, kind: 'unauthorized' })
      const told =
        JSON.stringify(thrown, Object.getOwnPropertyNames(thrown)) + String((thrown as VoiceFault).cause)
      expect(told).not.toContain(wrong)
    })

    test('a busy service is told as such', async () => {
      const server = await standIn()
      server.faults.refuse(429)
      const speaking = openAt(server).then(stream => spoken(stream))
      await expect(speaking).rejects.toMatchObject({ ...fault, kind: 'rate_limited' })
    })
  })

  const fault = { name: 'VoiceFault', provider: subject.provider }
}

const enough = new DOMException('enough', 'AbortError')

interface SpokenOptions {
  readonly signal?: AbortSignal
  readonly onPiece?: (piece: Spoken) => unknown
}

interface Told {
  readonly text: string
  readonly atMs: number
}

export async function spoken(
  stream: SynthesizerStream,
  texts: readonly string[] = [FIRST, SECOND],
  { signal = AbortSignal.timeout(10_000), onPiece }: SpokenOptions = {},
): Promise<{ text: string; audio: Buffer; pieces: Told[] }> {
  const audio: Uint8Array[] = []
  const pieces: Told[] = []
  let bytes = 0
  for await (const piece of stream.speak(arriving(texts), signal)) {
    pieces.push({ text: piece.text, atMs: piece.atMs ?? bytes / 8 })
    bytes += piece.audio.length
    audio.push(piece.audio)
    onPiece?.(piece)
  }
  return { text: pieces.map(({ text }) => text).join(''), audio: Buffer.concat(audio), pieces }
}

async function* arriving(texts: readonly string[]): AsyncGenerator<string> {
  for (const text of texts) {
    await new Promise(resolve => setImmediate(resolve))
    yield text
  }
}
