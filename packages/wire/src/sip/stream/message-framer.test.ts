import { describe, expect, test } from 'vitest'
import { MessageFramer } from './message-framer.ts'

const withBody = (body: string, length: number | string = body.length): string =>
  `INFO sip:a SIP/2.0\r\nCall-ID: 1\r\nContent-Length: ${length}\r\n\r\n${body}`

/** What comes out, in short: the text of a message, or what it is else. */
function cut(chunks: readonly (string | Buffer)[]): string[] {
  const framer = new MessageFramer()
  return chunks
    .flatMap(chunk => framer.push(Buffer.from(chunk)))
    .map(one => (one.type === 'message' ? one.bytes.toString() : one.type))
}

describe('messages on a stream', () => {
  test('two in one piece, and one in pieces of a byte', () => {
    const [one, two] = [withBody('hello'), withBody('')]
    expect(cut([one + two])).toEqual([one, two])
    expect(cut((one + two).split(''))).toEqual([one, two])
  })

  test('the compact length counts, and a body may hold what looks like an end', () => {
    const body = 'a\r\n\r\nb'
    const message = `INFO sip:a SIP/2.0\r\nl : ${body.length}\r\n\r\n${body}`
    expect(cut([message, withBody('')])).toEqual([message, withBody('')])
  })

  test('without length there is no body', () => {
    const message = 'OPTIONS sip:a SIP/2.0\r\nCall-ID: 1\r\n\r\n'
    expect(cut([message, withBody('x')])).toEqual([message, withBody('x')])
  })

  test('line ends between messages are told, also when they come in halves', () => {
    expect(cut(['\r', '\n\r\n', withBody(''), '\r\n'])).toEqual([
      'line_end',
      'line_end',
      withBody(''),
      'line_end',
    ])
  })

  test.each([['x'], ['-1'], ['5\r\nContent-Length: 6'], ['99999'], ['12345678901']])(
    'a length of %j ends the stream',
    length => {
      expect(cut([withBody('', length), withBody('')]).at(-1)).toBe('broken')
    },
  )

  test('a head that never ends is not kept', () => {
    const line = `X: ${'y'.repeat(996)}\r\n`
    expect(cut(['INFO sip:a SIP/2.0\r\n', ...Array.from({ length: 70 }, () => line)])).toContain('broken')
  })

  test('what is no SIP ends the stream', () => {
    expect(cut(['GET / HTTP/1.1\r\n\r\n', withBody('')]).at(-1)).toBe('broken')
  })

  test('a part of a message is known to be one', () => {
    const framer = new MessageFramer()
    framer.push(Buffer.from(withBody('hello').slice(0, -1)))
    expect(framer.hasPart).toBe(true)
    framer.push(Buffer.from('o'))
    expect(framer.hasPart).toBe(false)
  })

  test.each([
    ['line ends', '\r\n'],
    ['heads of one byte', 'x\r\n\r\n'],
    ['a length of spaces', `l:${' '.repeat(60_000)}x\r\n\r\n`],
  ])('64 kB of %s are cut in milliseconds', (_, piece) => {
    const bytes = Buffer.from(piece.repeat(Math.ceil(65_536 / piece.length)).slice(0, 65_536))
    const looks = Array.from({ length: 10 }, () => {
      const startedAt = performance.now()
      new MessageFramer().push(bytes)
      return performance.now() - startedAt
    })
    // The best look: what other processes take from us is not the framer's.
    expect(Math.min(...looks)).toBeLessThan(20)
  })
})
