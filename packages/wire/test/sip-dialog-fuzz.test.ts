import fc from 'fast-check'
import { beforeEach, expect, test } from 'vitest'
import { MessageFramer } from '../src/sip/stream/message-framer.ts'
import { callFrom } from './peer-call.ts'
import type { ScriptedPeer } from './scripted-peer.ts'
import { answer, offer, testAgents } from './test-agents.ts'

const agents = testAgents()
let peer: ScriptedPeer

beforeEach(async () => {
  peer = await agents.peer()
})

/** Requests inside a call with what they carry. */
const seeds: readonly (readonly [method: string, fields: Record<string, string>, body: string])[] = [
  [
    'REFER',
    { 'Refer-To': '<sip:c@d?Replaces=1%3Bto-tag%3D2%3Bfrom-tag%3D3&x=y>', 'Referred-By': '<sip:a@b>' },
    '',
  ],
  [
    'NOTIFY',
    { Event: 'refer;id=2', 'Subscription-State': 'terminated;reason=noresource' },
    'SIP/2.0 200 OK\r\n',
  ],
  ['UPDATE', { 'Session-Expires': '90;refresher=uas', Supported: 'timer', 'Min-SE': '90' }, offer],
  ['PRACK', { RAck: '1 1 INVITE' }, ''],
  ['INFO', { 'Content-Type': 'application/dtmf-relay' }, 'Signal=5\r\nDuration=160'],
  [
    'INVITE',
    { 'Session-Expires': '1800', Replaces: 'a;to-tag=b;from-tag=c', Require: '100rel, timer' },
    offer,
  ],
]

const piece = fc.constantFrom(
  '"',
  '<',
  '>',
  ';',
  ',',
  '%',
  '%zz',
  '=',
  '?',
  '&',
  ' ',
  '\\',
  '999999999999',
  ':',
  '@',
)
const edit = fc.tuple(fc.nat(60), piece, fc.nat(6))

function mutate(text: string, edits: readonly [at: number, insert: string, drop: number][]): string {
  let mutated = text
  for (const [at, insert, drop] of edits) {
    const place = at % (mutated.length + 1)
    mutated = mutated.slice(0, place) + insert + mutated.slice(place + drop)
  }
  return mutated.trim() || 'x'
}

test('2,000 requests inside a call with mutilated fields: no fault, every one answered, the call stands', async () => {
  const { accepted, inside } = await callFrom(peer, agents)
  const call = await accepted
  call.onReinvite(() => answer)
  call.onRefer(refer => refer.reject())
  let sequence = 1
  const step = fc.tuple(fc.constantFrom(...seeds), fc.array(edit, { minLength: 1, maxLength: 3 }))
  for (const [[method, fields, body], edits] of fc.sample(step, 2_000)) {
    sequence += 1
    const mutated = Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [name, mutate(value, edits)]),
    )
    inside(`${method} ${sequence}`, body, mutated)
    if (method === 'INVITE') inside(`ACK ${sequence}`)
    if (sequence % 20 === 0) await new Promise(resolve => setTimeout(resolve, 1))
  }
  inside(`OPTIONS ${sequence + 1}`)
  await peer.response(200, 'OPTIONS')
  const answered = new Set(
    peer.received
      .filter(one => one.kind === 'response' && one.status >= 200)
      .map(one => one.envelope.sequence),
  )
  expect(agents.ownFaults()).toEqual([])
  expect(answered.size).toBeGreaterThan(1_950)
}, 20_000)

test('however a stream is cut, the same messages come out; rubbish throws nothing', () => {
  const body = fc.string({ maxLength: 40, unit: 'binary-ascii' })
  const message = body.map(
    text => `INFO sip:a SIP/2.0\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  )
  const cuts = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 200 })
  fc.assert(
    fc.property(fc.array(message, { maxLength: 6 }), cuts, (messages, sizes) => {
      const framer = new MessageFramer()
      const stream = Buffer.from(messages.join('\r\n'))
      const out: string[] = []
      for (let at = 0, turn = 0; at < stream.length; turn += 1) {
        const size = sizes[turn % sizes.length] ?? 1
        for (const one of framer.push(stream.subarray(at, at + size)))
          if (one.type === 'message') out.push(one.bytes.toString())
        at += size
      }
      expect(out).toEqual(messages)
    }),
    { numRuns: 500 },
  )
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 600 }), { maxLength: 20 }), chunks => {
      const framer = new MessageFramer()
      for (const chunk of chunks)
        if (framer.push(Buffer.from(chunk)).some(one => one.type === 'broken')) return
    }),
    { numRuns: 500 },
  )
})
