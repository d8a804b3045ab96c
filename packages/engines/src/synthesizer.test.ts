import { decodeMulaw } from '@parley/wire/audio/g711'
import { levelDbfs } from '@parley/wire/audio/level'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSynthesizer, type LocalSynthesizer, type SpokenClause } from './synthesizer.ts'

let synthesizer: LocalSynthesizer
beforeAll(async () => {
  synthesizer = await openSynthesizer()
})
afterAll(async () => {
  await synthesizer[Symbol.asyncDispose]()
})

async function speak(text: string, voice = 'alloy', language = 'en-US'): Promise<SpokenClause[]> {
  const clauses: SpokenClause[] = []
  for await (const clause of synthesizer.speak(text, { voice, language }, AbortSignal.timeout(10_000))) {
    clauses.push(clause)
  }
  return clauses
}

const samplesOf = (clauses: SpokenClause[]) => decodeMulaw(Buffer.concat(clauses.map(clause => clause.audio)))

test('every voice speaks at the level of a telephone, without clipping or clicks at the edges', async () => {
  for (const { id } of synthesizer.voices) {
    const samples = samplesOf(await speak('Your appointment is on Tuesday at three.', id))
    expect(samples.length / 8000).toBeGreaterThan(1.5)
    expect(samples.length / 8000).toBeLessThan(5)
    expect(levelDbfs(samples)).toBeGreaterThan(-24)
    expect(levelDbfs(samples)).toBeLessThan(-18)
    expect(samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0)).toBeLessThan(0.708 * 32_768)
    expect(Math.abs(samples.at(0) ?? 0)).toBeLessThan(100)
    expect(Math.abs(samples.at(-1) ?? 0)).toBeLessThan(100)
  }
})

test('voices differ from each other', async () => {
  const spoken = await Promise.all(synthesizer.voices.map(({ id }) => speak('Hello there.', id)))
  const heard = new Set(spoken.map(clauses => Buffer.from(clauses[0]?.audio ?? []).toString('base64')))
  expect(heard.size).toBe(synthesizer.voices.length)
})

test('a text is spoken clause by clause, in its own words', async () => {
  const clauses = await speak('Good morning. Your balance is $25.')
  expect(clauses.map(clause => clause.text)).toEqual(['Good morning.', 'Your balance is $25.'])
})

test('a higher rate is shorter', async () => {
  const lengths: number[] = []
  for (const rate of [0.8, 1.25]) {
    let bytes = 0
    const options = { voice: 'ash', rate }
    for await (const clause of synthesizer.speak(
      'This is a test of speed.',
      options,
      AbortSignal.timeout(10_000),
    )) {
      bytes += clause.audio.length
    }
    lengths.push(bytes)
  }
  expect(lengths[1]).toBeLessThan(0.8 * (lengths[0] ?? 0))
})

test('the same words are spoken the same way', async () => {
  expect(await speak('Thank you.')).toEqual(await speak('Thank you.'))
})

test('nothing to say is said by nothing', async () => {
  expect(await speak(' ... ')).toEqual([])
  expect(await speak('日本')).toEqual([])
})

test('unknown voices and languages are typed errors', async () => {
  await expect(speak('Hello.', 'nobody')).rejects.toMatchObject({ reason: 'voice_not_available' })
  await expect(speak('Hello.', 'alloy', 'xx')).rejects.toMatchObject({ reason: 'language_not_available' })
})

test('aborting ends the sentence with the reason', async () => {
  const stop = new AbortController()
  const spoken = synthesizer.speak(
    'One thing. Another thing. A third thing.',
    { voice: 'alloy' },
    stop.signal,
  )
  const read = async () => {
    for await (const _ of spoken) stop.abort(new Error('interrupted'))
  }
  await expect(read()).rejects.toThrow('interrupted')
  expect(await speak('Still here.')).toHaveLength(1)
})
