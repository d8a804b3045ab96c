import { afterAll, beforeAll, expect, it } from 'vitest'
import { openPlatform, type Platform } from './platform.ts'

/** What the agent does on the line besides talking, over real SIP and RTP, with the local engines. */
let platform: Platform

beforeAll(async () => {
  platform = await openPlatform()
}, 120_000)

afterAll(() => platform?.[Symbol.asyncDispose](), 60_000)

const wait = { timeout: 120_000 }

it('keys are pressed when asked for, and those of the callee are understood', wait, async () => {
  const { call, events, callee } = await platform.call('+14155551212', {
    first_sentence: 'Hello, this is Sarah.',
    keypad: { send: true, receive: true },
  })
  expect(events.filter(event => event.type === 'tool_call' && event.name === 'send_dtmf')).not.toEqual([])
  expect(events.find(event => event.type === 'tool_result')).toMatchObject({ name: 'send_dtmf', ok: true })
  expect(callee.find(note => note.event === 'digit')).toMatchObject({ digit: '*' })
  expect(call.transcript.find(line => line.user === 'dtmf')?.text).toBe('42#')
})

it.each(['cold', 'warm'])('who asks for a person is connected to one: %s', wait, async mode => {
  const { call, events } = await platform.call('+14155551213', {
    first_sentence: 'Hello, this is Sarah.',
    transfer: { mode, destinations: [{ name: 'office', phone_number: '+14155551234' }] },
    webhook_events: ['call.transferred', 'call.completed'],
  })
  expect(call).toMatchObject({ status: 'completed', end_reason: 'transferred' })
  expect(events.find(event => event.type === 'transferred')).toMatchObject({
    destination: 'office',
    by: 'platform',
  })
  const notes = await platform.personEvents()
  const office = notes.findLast(note => note.event === 'rang' && note.dialled.includes('14155551234'))
  const theirs = notes.filter(note => note.call === office?.call)
  expect(theirs.some(note => note.event === 'agent_speech' && note.speaking)).toBe(true)
  expect(theirs.some(note => note.event === 'said')).toBe(true)
  const own = notes.filter(note => note.call === call.external_call_id)
  expect(own.filter(note => note.event === 'heard').length).toBeGreaterThan(1)
})
