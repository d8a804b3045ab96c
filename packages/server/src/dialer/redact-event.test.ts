import type { CallEventBody } from '@parley/contract/events'
import { expect, test } from 'vitest'
import { redactEvent } from './redact-event.ts'

const entry = { id: '1', created_at: '', start_ms: 0, end_ms: 1, interrupted: false }

test.each<[CallEventBody, CallEventBody]>([
  [
    { type: 'partial_transcript', user: 'user', text: 'mail a@b.org', at_ms: 1 },
    { type: 'partial_transcript', user: 'user', text: 'mail [email]', at_ms: 1 },
  ],
  [
    { type: 'transcript', entry: { ...entry, user: 'user', text: 'call +14155551234' } },
    { type: 'transcript', entry: { ...entry, user: 'user', text: 'call [number]' } },
  ],
  [
    { type: 'transcript', entry: { ...entry, user: 'dtmf', text: '42#' } },
    { type: 'transcript', entry: { ...entry, user: 'dtmf', text: '•••' } },
  ],
  [
    { type: 'digit', digit: '7', at_ms: 3 },
    { type: 'digit', digit: '•', at_ms: 3 },
  ],
  [
    { type: 'tool_call', tool_call_id: 't', name: 'book', arguments: { to: 'a@b.org', seats: 2 }, at_ms: 4 },
    { type: 'tool_call', tool_call_id: 't', name: 'book', arguments: { to: '[email]', seats: 2 }, at_ms: 4 },
  ],
  [
    { type: 'tool_result', tool_call_id: 't', name: 'book', ok: true, result: ['+14155551234'], at_ms: 5 },
    { type: 'tool_result', tool_call_id: 't', name: 'book', ok: true, result: ['[number]'], at_ms: 5 },
  ],
  [
    { type: 'wrap_up', at_ms: 6 },
    { type: 'wrap_up', at_ms: 6 },
  ],
])('%j', (event, stored) => expect(redactEvent(event)).toEqual(stored))
