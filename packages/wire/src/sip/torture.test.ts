import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ReceivedMessage } from './message.ts'
import { parseMessage } from './parse-message.ts'
import { serializeMessage } from './serialize-message.ts'
import { SipParseError } from './sip-parse-error.ts'

const folder = join(dirname(createRequire(import.meta.url).resolve('sip/package.json')), 'test', 'messages')
const files = readdirSync(folder).filter(name => name.endsWith('.dat'))
const bytesOf = (name: string): Buffer => readFileSync(join(folder, name))

/** Undefined for a refusal; anything but SipParseError escapes and fails the test. */
function parsed(bytes: Buffer): ReceivedMessage | undefined {
  try {
    return parseMessage(bytes)
  } catch (error) {
    if (error instanceof SipParseError) return undefined
    throw error
  }
}

/**
 * The messages of RFC 4475 that we refuse, with the fault we see. All others are accepted: the valid ones of §3.1.1,
 * those whose oddity is none of the parser's business, and those where the RFC leaves the choice.
 */
const refused = {
  'badcseq.dat': 'header',
  'baddn.dat': 'not_sip',
  'baddn_sep.dat': 'not_sip',
  'badvers.dat': 'version',
  'bigcode.dat': 'not_sip',
  'clerr.dat': 'body',
  'insuf.dat': 'header',
  'ltgtruri.dat': 'start_line',
  'lwsruri.dat': 'not_sip',
  'lwsstart.dat': 'not_sip',
  'mcl01.dat': 'body',
  'mismatch01.dat': 'header',
  'mismatch02.dat': 'header',
  'multi01.dat': 'header',
  'ncl.dat': 'body',
  'quotbal.dat': 'header',
  'scalar02.dat': 'header',
  'scalarlg.dat': 'header',
  'test.dat': 'not_sip',
  'trws.dat': 'not_sip',
} as const

describe('RFC 4475', () => {
  test('the whole corpus is there', () => expect(files.length).toBeGreaterThanOrEqual(49))

  test.each(files.map(name => [name]))('%s', name => {
    const expected = (refused as Record<string, string>)[name]
    let fault: string | undefined
    try {
      parseMessage(bytesOf(name))
    } catch (error) {
      expect(error).toBeInstanceOf(SipParseError)
      fault = (error as SipParseError).fault
    }
    expect(fault).toBe(expected)
  })

  test('a short tortuous INVITE (§3.1.1.1): folding, white space, compact names, escapes', () => {
    const message = parseMessage(bytesOf('wsinv.dat'))
    expect(message).toMatchObject({ kind: 'request', method: 'INVITE' })
    expect(message.envelope).toMatchObject({ sequence: 9, fromTag: '98asjd8', toTag: '1918181833n' })
    expect(message.envelope.via).toMatchObject({ protocol: 'UDP', host: '192.0.2.2' })
    expect(message.headers.list('Via')).toHaveLength(3)
    expect(message.headers.list('Route')).toHaveLength(1)
    expect(message.headers.get('Max-Forwards')).toBe('0068')
  })

  test('bytes beyond Content-Length are no second request (§3.1.1.8)', () => {
    expect(parseMessage(bytesOf('dblreq.dat')).body).toHaveLength(0)
  })

  test('what was accepted survives being written and read again', () => {
    for (const message of files.map(name => parsed(bytesOf(name)))) {
      if (!message) continue
      const again = parseMessage(serializeMessage(message))
      expect(again.envelope).toEqual(message.envelope)
      expect(again.body).toEqual(message.body)
    }
  })
})

describe('no bytes may escape SipParseError', () => {
  const corpus = files.map(bytesOf)
  const edit = fc.record({
    at: fc.noBias(fc.nat(9_999)).map(place => place / 10_000),
    drop: fc.oneof(fc.constant(0), fc.nat(20)),
    insert: fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      fc
        .constantFrom(
          '\r\n',
          '\r\n\r\n',
          '"',
          '<',
          '>',
          ';',
          ',',
          '\\',
          ' ',
          ':',
          '@',
          '%00',
          '[',
          '99999999999',
        )
        .map(text => Buffer.from(text)),
    ),
  })

  test('20,000 mutated messages', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...corpus),
        fc.array(edit, { minLength: 1, maxLength: 6 }),
        (bytes, edits) => {
          let mutated = bytes
          for (const { at, drop, insert } of edits) {
            const start = Math.floor(at * mutated.length)
            mutated = Buffer.concat([mutated.subarray(0, start), insert, mutated.subarray(start + drop)])
          }
          const message = parsed(mutated)
          if (message) for (const name of ['Via', 'Contact', 'Route']) listOrFault(message, name)
        },
      ),
      { numRuns: 20_000 },
    )
  })

  function listOrFault(message: ReceivedMessage, name: string): void {
    try {
      message.headers.list(name)
    } catch (error) {
      if (!(error instanceof SipParseError)) throw error
    }
  }

  test('bounds: size, head, number of fields', () => {
    const head =
      'OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom: <sip:a>\r\nTo: <sip:b>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n'
    const message = (rest: string): Buffer => Buffer.from(`${head}${rest}\r\n`)
    expect(parsed(message(''))).toBeDefined()
    expect(() => parseMessage(message('X: y\r\n'.repeat(300)))).toThrow('too many header fields')
    expect(() => parseMessage(message(`X: ${'y'.repeat(40_000)}\r\n`))).toThrow('header section is too large')
    expect(() => parseMessage(Buffer.alloc(70_000, 0x41))).toThrow('message is too large')
  })

  test('reading is linear in size: nothing backtracks', () => {
    for (const rest of [
      `Contact: ${'"'.repeat(15_000)}`,
      `To: ${' '.repeat(30_000)}x`,
      `Contact: ${'<'.repeat(30_000)}`,
      `Via: SIP/2.0/UDP ${' a'.repeat(9_000)}`,
    ]) {
      const startedAt = performance.now()
      parsed(
        Buffer.from(
          `OPTIONS sip:a SIP/2.0\r\n${rest}\r\nFrom: <sip:a>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n\r\n`,
        ),
      )
      expect(performance.now() - startedAt).toBeLessThan(500)
    }
  })
})
