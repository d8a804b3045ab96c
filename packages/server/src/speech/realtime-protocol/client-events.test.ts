import { expect, test } from 'vitest'
import { audioAppend, sessionUpdate, toolOutput, truncate } from './client-events.ts'

const session = {
  mode: 'realtime' as const,
  model: 'gpt-realtime',
  voice: 'marin',
  prompt: 'Be brief.',
  purpose: '',
  language: 'es-MX',
  temperature: 0.7,
  tools: [{ name: 'end_call', description: 'Ends.', parameters: { type: 'object' } }],
  facts: {},
}

test.each([
  [undefined, 0.5],
  [0.8, 0.8],
])('a callee who has to be surer heard than usual: %s', (speechThreshold, threshold) => {
  const wanted = { ...session, ...(speechThreshold === undefined ? {} : { speechThreshold }) }
  expect(sessionUpdate(wanted, 'gpt-4o-mini-transcribe')).toMatchObject({
    session: { audio: { input: { turn_detection: { threshold } } } },
  })
})

test('a session asks for µ-law both ways and for turns found by the server, to be answered when it is asked', () => {
  const event = sessionUpdate(session, 'gpt-4o-mini-transcribe')
  expect(event).toMatchObject({
    type: 'session.update',
    session: {
      type: 'realtime',
      output_modalities: ['audio'],
      audio: {
        input: {
          format: { type: 'audio/pcmu' },
          transcription: { language: 'es' },
          turn_detection: { type: 'server_vad', create_response: false, interrupt_response: false },
        },
        output: { format: { type: 'audio/pcmu' }, voice: 'marin' },
      },
      tools: [{ type: 'function', name: 'end_call', description: 'Ends.', parameters: { type: 'object' } }],
    },
  })
  expect(JSON.stringify(event)).not.toContain('temperature')
})

test('audio is appended as a view, not as the buffer below it', () => {
  const below = new Uint8Array([9, 1, 2, 3, 9])
  expect(JSON.parse(audioAppend(below.subarray(1, 4)))).toEqual({
    type: 'input_audio_buffer.append',
    audio: Buffer.from([1, 2, 3]).toString('base64'),
  })
})

test('positions are whole, results are JSON text', () => {
  expect(truncate({ itemId: 'i', contentIndex: 0, audioEndMs: 12.9 })).toMatchObject({ audio_end_ms: 12 })
  expect(toolOutput('c', undefined)).toMatchObject({ item: { call_id: 'c', output: 'null' } })
})
