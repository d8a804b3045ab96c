import { describe, expect, test } from 'vitest'
import { parseElevenLabs, takesLanguage, textPiece } from './stream-input.ts'

describe('ElevenLabs messages', () => {
  test('audio with the letters it says', () => {
    const alignment = { chars: ['H', 'i', ' '], charStartTimesMs: [0, 3, 7], charDurationsMs: [3, 4, 2] }
    const frame = JSON.stringify({ audio: '//8=', isFinal: null, normalizedAlignment: alignment, alignment })
    expect(parseElevenLabs(frame)).toEqual({
      type: 'audio',
      audio: Buffer.from([255, 255]),
      text: 'Hi ',
      lengthMs: 9,
      last: false,
    })
  })

  test('the end', () => {
    expect(parseElevenLabs('{"audio":null,"isFinal":true}')).toMatchObject({
      type: 'audio',
      last: true,
      text: null,
    })
    expect(parseElevenLabs('{"isFinal":true}')).toMatchObject({ type: 'audio', last: true })
  })

  test.each([
    ['quota_exceeded', 'quota'],
    ['invalid_api_key', 'unauthorized'],
    ['too_many_concurrent_requests', 'rate_limited'],
    ['voice_id_does_not_exist', 'refused'],
    ['input_timeout_exceeded', 'timeout'],
  ])('error %s is %s', (error, kind) => {
    expect(parseElevenLabs(JSON.stringify({ message: 'No.', error, code: 1008 }))).toMatchObject({
      fault: { kind },
    })
  })

  test.each(['', '{}', '[1]', '{"audio":5'])('garbage: %s', frame => {
    expect(parseElevenLabs(frame).type).toBe('garbage')
  })

  test('words never grow together', () => {
    expect(textPiece('Hello')).toBe('{"text":"Hello "}')
    expect(textPiece('Hello. ')).toBe('{"text":"Hello. "}')
    expect([takesLanguage('eleven_flash_v2_5'), takesLanguage('eleven_multilingual_v2')]).toEqual([
      true,
      false,
    ])
  })
})
