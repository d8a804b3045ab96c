import { describe, expect, test } from 'vitest'
import { audioMessage, greeting, mulawHeader, parseUsp } from './usp.ts'

const now = new Date('2026-01-02T03:04:05Z')
const frame = (path: string, body: string) =>
  `X-RequestId:R1\r\nContent-Type:application/json; charset=utf-8\r\nPath:${path}\r\n\r\n${body}`

describe("messages of Azure's speech protocol", () => {
  test('words that may change, and that will not', () => {
    const place = '"Offset":1800000,"Duration":5000000'
    expect(parseUsp(frame('speech.hypothesis', `{"Text":"yes that",${place}}`))).toEqual({
      type: 'hypothesis',
      requestId: 'R1',
      text: 'yes that',
      startMs: 180,
      endMs: 680,
    })
    const words = '"Words":[{"Word":"yes","Offset":1800000,"Duration":2000000}]'
    const body = `{"RecognitionStatus":"Success",${place},"NBest":[{"Confidence":0.9,"Display":"Yes.",${words}}]}`
    expect(parseUsp(frame('speech.phrase', body))).toEqual({
      type: 'phrase',
      requestId: 'R1',
      text: 'Yes.',
      startMs: 180,
      endMs: 680,
      words: [{ text: 'yes', startMs: 180, endMs: 380 }],
    })
  })

  test('a phrase without words', () => {
    const body = '{"RecognitionStatus":"InitialSilenceTimeout","Offset":50000000,"Duration":0}'
    expect(parseUsp(frame('speech.phrase', body))).toMatchObject({ type: 'phrase', text: '', words: [] })
  })

  test('turns', () => {
    expect(parseUsp(frame('turn.end', '{}'))).toEqual({ type: 'turn_end', requestId: 'R1' })
    expect(parseUsp(frame('turn.start', '{}'))).toEqual({ type: 'other' })
  })

  test.each(['', '{"type": 17', 'Path:turn.end\r\n\r\n{}'])('garbage: %j', text => {
    expect(parseUsp(text)).toEqual({ type: 'garbage' })
  })

  test('what is sent', () => {
    expect(greeting('R1', now)).toMatch(
      /^Path: speech\.config\r\nX-RequestId: R1\r\nX-Timestamp: 2026-01-02T/u,
    )
    const message = Buffer.from(audioMessage('R1', Uint8Array.of(1, 2, 3), now))
    const length = message.readUInt16BE(0)
    expect(message.subarray(2, 2 + length).toString()).toContain('Path: audio\r\nX-RequestId: R1\r\n')
    expect([...message.subarray(2 + length)]).toEqual([1, 2, 3])
    const header = Buffer.from(mulawHeader())
    expect([header.toString('latin1', 0, 4), header.readUInt16LE(20), header.readUInt32LE(24)]).toEqual([
      'RIFF',
      7,
      8000,
    ])
  })
})
