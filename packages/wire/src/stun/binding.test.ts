import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isStun, readBindingAnswer, writeBindingRequest } from './binding.ts'

/** RFC 5769 §2.2 and §2.3: sample answers over IPv4 and IPv6. */
const id = Buffer.from('b7e7a701bc34d686fa87dfae', 'hex')
const head = (length: string): string => `0101${length}2112a442b7e7a701bc34d686fa87dfae`
const software = '8022000b7465737420766563746f7220'
const overIPv4 = Buffer.from(`${head('001c')}${software}002000080001a147e112a643`, 'hex')
const overIPv6 = Buffer.from(
  `${head('0028')}${software}002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9`,
  'hex',
)

describe('a binding answer', () => {
  test('of RFC 5769', () => {
    expect(readBindingAnswer(overIPv4, id)).toEqual({ host: '192.0.2.1', port: 32_853 })
    expect(readBindingAnswer(overIPv6, id)).toEqual({
      host: '2001:db8:1234:5678:11:2233:4455:6677',
      port: 32_853,
    })
  })

  test('of an old server', () => {
    const old = Buffer.from(`${head('000c')}0001000800018055c0000201`, 'hex')
    expect(readBindingAnswer(old, id)).toEqual({ host: '192.0.2.1', port: 32_853 })
  })

  test('to another question is none', () => {
    expect(readBindingAnswer(overIPv4, Buffer.alloc(12))).toBeUndefined()
    expect(readBindingAnswer(writeBindingRequest(id), id)).toBeUndefined()
  })

  test('that is mutilated throws nothing', () => {
    const pieces = fc.tuple(fc.nat(overIPv6.length), fc.uint8Array({ maxLength: 4 }), fc.nat(4))
    fc.assert(
      fc.property(fc.constantFrom(overIPv4, overIPv6), fc.array(pieces, { maxLength: 4 }), (bytes, edits) => {
        let mutated = Buffer.from(bytes)
        for (const [at, insert, drop] of edits) {
          mutated = Buffer.concat([mutated.subarray(0, at), insert, mutated.subarray(at + drop)])
        }
        readBindingAnswer(mutated, id)
      }),
      { numRuns: 20_000 },
    )
  })
})

test('STUN is told apart from SIP', () => {
  expect(isStun(writeBindingRequest(id))).toBe(true)
  expect(isStun(Buffer.from('OPTIONS sip:a SIP/2.0\r\n\r\n'))).toBe(false)
})
