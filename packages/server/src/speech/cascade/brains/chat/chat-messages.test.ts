import { expect, test } from 'vitest'
import { chatMessages, instructionsOf } from './chat-messages.ts'

test('results follow their calls, a missing one is stood in for', () => {
  const messages = chatMessages([
    { role: 'tool_call', toolCallId: 'a', name: 'look', arguments: '{"x":1}' },
    { role: 'tool_call', toolCallId: 'b', name: 'look', arguments: 'broken' },
    { role: 'system', text: 'Wrap up.' },
    { role: 'user', text: 'hm' },
    { role: 'tool_result', toolCallId: 'a', name: 'look', result: '{"y":2}' },
  ])
  expect(messages.map(({ role }) => role)).toEqual(['assistant', 'tool', 'assistant', 'tool', 'user'])
  expect(messages[0]?.content).toMatchObject([{ toolCallId: 'a', input: { x: 1 } }])
  expect(messages[1]?.content).toMatchObject([{ toolCallId: 'a', output: { value: '{"y":2}' } }])
  expect(messages[3]?.content).toMatchObject([{ toolCallId: 'b', output: { value: '{"pending":true}' } }])
})

test('all that instructs stands in one place', () => {
  const request = {
    model: 'm',
    prompt: 'Prompt.',
    purpose: '',
    language: 'en',
    temperature: null,
    tools: [],
    facts: {},
    messages: [{ role: 'system' as const, text: 'Wrap up.' }],
    guidance: 'Say goodbye.',
  }
  expect(instructionsOf(request)).toBe('Prompt.\n\nWrap up.\n\nSay goodbye.')
  expect(instructionsOf({ ...request, messages: [], guidance: null })).toBe('Prompt.')
  expect(chatMessages([])).toHaveLength(1)
})
