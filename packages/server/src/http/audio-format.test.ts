import { describe, expect, test } from 'vitest'
import { audioFormat } from './audio-format.ts'

describe('the format of audio', () => {
  test.each([
    [undefined, 'wav'],
    ['*/*', 'wav'],
    ['audio/*', 'wav'],
    ['audio/mpeg', 'mp3'],
    ['Audio/MP3', 'mp3'],
    ['audio/x-wav', 'wav'],
    ['audio/mpeg, audio/wav;q=0.5', 'mp3'],
    ['audio/mpeg;q=0.5, audio/wav', 'wav'],
    ['audio/wav;q=0, */*', 'mp3'],
    ['audio/mpeg;q=0.9, audio/*;q=0.8', 'mp3'],
    ['application/json, */*;q=0.1', 'wav'],
    // What browsers send for <audio>.
    ['audio/webm,audio/ogg,audio/wav,audio/*;q=0.9,application/ogg;q=0.7,video/*;q=0.6,*/*;q=0.5', 'wav'],
  ] as const)('that %s gets is %s', (accept, format) => {
    expect(audioFormat(accept, undefined)).toBe(format)
  })

  test.each(['application/json', 'audio/ogg', 'audio/*;q=0', 'audio/mpeg;q=much', ''])(
    'is none for %j',
    accept => {
      expect(() => audioFormat(accept, undefined)).toThrow('There is audio/wav and audio/mpeg')
    },
  )

  test('is what the query names, whatever is accepted', () => {
    expect(audioFormat('application/json', 'mp3')).toBe('mp3')
  })
})
