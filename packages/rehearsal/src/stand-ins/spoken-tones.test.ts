import { makeTone } from '@parley/wire/audio/tone'
import { encodeMulaw } from '@parley/wire/audio/g711'
import { expect, test } from 'vitest'
import { SpokenTones, type HeardWord } from './spoken-tones.ts'
import { toneSpeech } from './tone-speech.ts'

function hear(audio: Uint8Array, vocabulary: readonly string[]): HeardWord[] {
  const words: HeardWord[] = []
  const tones = new SpokenTones(vocabulary, word => words.push(word))
  tones.write(audio)
  return words
}

const vocabulary = ['tomorrow', 'afternoon', 'works', 'for', 'everybody', 'here', 'please']

test('hears the words that were spoken, each in its place', () => {
  const words = hear(toneSpeech('please tomorrow works for everybody'), vocabulary)
  expect(words.map(word => word.text)).toEqual(['please', 'tomorrow', 'works', 'for', 'everybody'])
  expect(words[1]).toMatchObject({ startMs: 390, endMs: 830 })
})

test('what is cut off or no word of its own is not understood', () => {
  expect(hear(toneSpeech('tomorrow').subarray(0, 8 * 200), vocabulary)).toEqual([])
  const whistle = makeTone({ frequenciesHz: [2000], durationMs: 440, sampleRateHz: 8000 })
  expect(hear(Buffer.concat([encodeMulaw(whistle), new Uint8Array(800).fill(0xff)]), vocabulary)).toEqual([])
})
