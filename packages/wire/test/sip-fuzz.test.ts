import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseMessage } from '../src/sip/parse-message.ts'
import type { OpenTransport, TransportReceiver } from '../src/sip/transport.ts'
import { answer, endOf, never, orderTo, TestAgents } from './test-agents.ts'

const folder = join(dirname(createRequire(import.meta.url).resolve('sip/package.json')), 'test', 'messages')
const torture = readdirSync(folder)
  .filter(name => name.endsWith('.dat'))
  .map(name => readFileSync(join(folder, name)))

/** A wire in memory: what the agent sends is kept, what it hears is pushed. */
function memoryWire(): { open: OpenTransport; sent: Buffer[]; push(bytes: Buffer): void } {
  let receiver: TransportReceiver | undefined
  const sent: Buffer[] = []
  const open: OpenTransport = (local, given) => {
    receiver = given
    return Promise.resolve({
      protocol: 'udp',
      reliable: false,
      host: local.host,
      port: 5060,
      send: message => Promise.resolve(void sent.push(message)),
      close: () => Promise.resolve(),
    })
  }
  return { open, sent, push: bytes => receiver?.message(bytes, { host: '192.0.2.99', port: 5060 }) }
}

const edit = fc.record({
  at: fc.noBias(fc.nat(9_999)).map(place => place / 10_000),
  drop: fc.oneof(fc.constant(0), fc.nat(20)),
  insert: fc.oneof(
    fc.uint8Array({ maxLength: 8 }),
    fc
      .constantFrom('\r\n', '\r\nRequire: "', '\r\nRecord-Route: <', '"', '<', '>', ';', ',', '\\', ' ', '9')
      .map(text => Buffer.from(text)),
  ),
})

function mutate(bytes: Buffer, edits: readonly { at: number; drop: number; insert: Uint8Array }[]): Buffer {
  let mutated = bytes
  for (const { at, drop, insert } of edits) {
    const start = Math.floor(at * mutated.length)
    mutated = Buffer.concat([mutated.subarray(0, start), insert, mutated.subarray(start + drop)])
  }
  return mutated
}

/** Makes a message one that was never seen, or all but the first would be absorbed as copies. */
function renew(bytes: Buffer, serial: number): Buffer {
  const text = bytes.toString('latin1')
  const fresh = text
    .replace(/branch=z9hG4bK/g, `$&${serial}`)
    .replace(/^(?:call-id|i)[ \t]*:[ \t]*/im, `$&${serial}`)
  return Buffer.from(fresh, 'latin1')
}

test('10,000 mutated messages to an agent in the middle of its work: no fault, and the work goes on', async () => {
  await using agents = new TestAgents()
  const wire = memoryWire()
  let rang = 0
  let serial = 0
  const agent = await agents.agent({
    openTransport: wire.open,
    onCall: call => {
      rang += 1
      if (rang % 3 === 0) call.reject(486)
      else if (rang % 3 === 1) call.accept(answer).catch(() => undefined)
      else call.ring()
    },
  })
  const calling = agent.invite(orderTo(5070, { ringTimeoutMs: 60_000 }), never)
  await expect.poll(() => wire.sent.length).toBeGreaterThan(0)
  calling.catch(() => undefined)
  const invite = wire.sent[0]?.toString() ?? ''
  const field = (name: string): string => new RegExp(`^${name}: .*$`, 'm').exec(invite)?.[0] ?? ''
  const head = [field('Via'), field('From'), `${field('To')};tag=peer`, field('Call-ID')].join('\r\n')
  const ok = `SIP/2.0 200 OK\r\n${head}\r\nCSeq: 1 INVITE\r\nContact: <sip:peer@192.0.2.99>\r\nContent-Length: ${answer.length}\r\n\r\n${answer}`
  const ringing = `SIP/2.0 180 Ringing\r\n${head}\r\nCSeq: 1 INVITE\r\n\r\n`
  wire.push(Buffer.from(ringing))
  const corpus = [...torture, Buffer.from(ringing), Buffer.from(invite)]
  fc.assert(
    fc.property(
      fc.constantFrom(...corpus),
      fc.array(edit, { minLength: 1, maxLength: 5 }),
      (bytes, edits) => {
        serial += 1
        wire.push(mutate(serial % 2 === 0 ? renew(bytes, serial) : bytes, edits))
      },
    ),
    { numRuns: 10_000 },
  )
  expect(agents.faults).toEqual([])
  expect(rang).toBeGreaterThan(100)
  wire.push(Buffer.from(ok))
  const call = await calling
  const end = endOf(call)
  const local = /tag=(\w+)/.exec(field('From'))?.[1] ?? ''
  wire.push(
    Buffer.from(
      `BYE sip:x SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.99;branch=z9hG4bKbye\r\nFrom: <sip:b@x>;tag=peer\r\nTo: <sip:a@x>;tag=${local}\r\n${field('Call-ID')}\r\nCSeq: 1 BYE\r\n\r\n`,
    ),
  )
  expect(await end).toMatchObject({ by: 'remote' })
})

test('an INVITE whose headers cannot be read is answered 400 and not held', async () => {
  await using agents = new TestAgents()
  const wire = memoryWire()
  await agents.agent({
    openTransport: wire.open,
    onCall: call => void call.accept(answer).catch(() => undefined),
  })
  const invite = (field: string): Buffer =>
    Buffer.from(
      `INVITE sip:a SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.99;branch=z9hG4bK${field.length}\r\nFrom: <sip:b@x>;tag=1\r\nTo: <sip:a@x>\r\nCall-ID: ${field.length}\r\nCSeq: 1 INVITE\r\n${field}\r\n\r\n`,
    )
  for (const field of ['Require: "a,b', 'Record-Route: <sip:never,ends']) {
    wire.sent.length = 0
    wire.push(invite(field))
    await expect.poll(() => wire.sent.map(bytes => parseMessage(bytes)).at(-1)).toMatchObject({ status: 400 })
  }
  expect(agents.faults).toEqual([])
})
