/** What stands before the parsers: the cutting of a stream into messages, and answers of a STUN server. */
import { deepEqual } from 'node:assert/strict'
import { MessageFramer, type Framed } from '@parley/wire/sip/stream/message-framer'
import { isStun, readBindingAnswer, writeBindingRequest } from '@parley/wire/stun/binding'
import { tortureMessages } from '../torture.ts'
import type { Target } from './targets.ts'

const pings = Buffer.from('\r\n\r\n\r\n')
const messages = tortureMessages().map(message => message.bytes)
const longestInPieces = 8_192
const options = Buffer.from('OPTIONS sip:a@b SIP/2.0\r\nl: 4\r\n\r\nbody')

/** A stream comes in whatever pieces the network makes of it: they must not change what is read. Long ones come whole, for what is timed is one push. */
function frame(input: Uint8Array): void {
  const whole = Buffer.from(input.buffer, input.byteOffset, input.byteLength)
  const expected = new MessageFramer().push(whole)
  if (whole.length > longestInPieces) return
  const size = 1 + (input[0] ?? 0) * 16
  const pieces = new MessageFramer()
  const framed: Framed[] = []
  for (let at = 0; at < whole.length && framed.at(-1)?.type !== 'broken'; at += size)
    framed.push(...pieces.push(whole.subarray(at, at + size)))
  deepEqual(framed, expected)
}

const transactionId = Buffer.alloc(12, 7)

/** A success answer (RFC 5389 §6) with the attributes given. */
function bindingAnswer(attributes: Buffer): Buffer {
  const answer = Buffer.concat([writeBindingRequest(transactionId), attributes])
  answer.writeUInt16BE(0x0101, 0)
  answer.writeUInt16BE(attributes.length, 2)
  return answer
}

const software = Buffer.from('8022000570726f7879000000', 'hex')
const mapped = Buffer.from('000100080001133bc0000201', 'hex')
const xorMapped = Buffer.from('002000080001321a e112a643'.replace(' ', ''), 'hex')
const xorMapped6 = Buffer.from(`002000140002321a${'5a'.repeat(16)}`, 'hex')

export const lineTargets: readonly Target[] = [
  {
    name: 'framing',
    weight: 2,
    seeds: [...messages, Buffer.concat([pings, options, pings, options]), options, pings],
    read: frame,
    expects: () => false,
  },
  {
    name: 'stun',
    weight: 1,
    seeds: [software, mapped, xorMapped, xorMapped6, Buffer.concat([software, mapped, xorMapped])].map(
      bindingAnswer,
    ),
    read: input => {
      const bytes = Buffer.from(input.buffer, input.byteOffset, input.byteLength)
      if (isStun(bytes)) readBindingAnswer(bytes, bytes.subarray(8, 20))
      readBindingAnswer(bytes, transactionId)
    },
    expects: () => false,
  },
]
