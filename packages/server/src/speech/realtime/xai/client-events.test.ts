import { expect, test } from 'vitest'
import { SpokenReply } from '../../realtime-protocol/spoken-reply.ts'
import { forceMessage, heardOnly, sessionUpdate } from './client-events.ts'

test('voice and turn detection stand at the top of the session, audio passes as µ-law', () => {
  const event = sessionUpdate({
    mode: 'realtime',
    model: 'grok-voice-latest',
    voice: 'ara',
    prompt: 'Be brief.',
    purpose: '',
    language: 'es-MX',
    temperature: 0.7,
    tools: [],
    facts: {},
    speechThreshold: 0.7,
  })
  expect(event).toMatchObject({
    session: {
      voice: 'ara',
      turn_detection: { type: 'server_vad', threshold: 0.7 },
      audio: {
        input: { format: { type: 'audio/pcmu' }, transcription: { language: 'es' } },
        output: { format: { type: 'audio/pcmu' } },
      },
    },
  })
  expect(JSON.stringify(event)).not.toContain('temperature')
})

test('given words are forced, not asked of the model', () => {
  expect(forceMessage('r1', 'Hi John.')).toEqual({
    type: 'conversation.item.create',
    event_id: 'create:r1',
    item: {
      type: 'force_message',
      role: 'assistant',
      content: [{ type: 'output_text', text: 'Hi John.' }],
    },
  })
})

test.each([
  [0, 'nothing of your last reply'],
  [150, '"One two"'],
  [300, null],
])('after %i ms of 300 the model learns of %s', (playedMs, expected) => {
  const reply = new SpokenReply('r', null)
  reply.addAudio({ itemId: 'i', contentIndex: 0, audio: new Uint8Array(300 * 8) })
  reply.tell({ text: 'One ', atMs: 0 })
  reply.tell({ text: 'two ', atMs: 100 })
  reply.tell({ text: 'three', atMs: 200 })
  const notes = heardOnly(reply, playedMs)
  expect(notes).toHaveLength(expected === null ? 0 : 1)
  const [note] = notes as { item: { content: { text: string }[] } }[]
  if (expected !== null) expect(note?.item.content[0]?.text).toContain(expected)
})
