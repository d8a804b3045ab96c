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
