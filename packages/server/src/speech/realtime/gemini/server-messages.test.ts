import { expect, test } from 'vitest'
import { parseServerMessage } from './server-messages.ts'

test.each([
  [{ setupComplete: { sessionId: 's' } }, [{ type: 'setup_complete' }]],
  [
    {
      serverContent: {
        modelTurn: {
          role: 'model',
          parts: [{ inlineData: { mimeType: 'audio/pcm;rate=24000', data: 'AQID' } }],
        },
        outputTranscription: { text: 'Hi ' },
      },
    },
    [
      { type: 'words', text: 'Hi ' },
      { type: 'audio', pcm: Buffer.from([1, 2, 3]) },
    ],
  ],
  [{ serverContent: { inputTranscription: { text: ' yes' } } }, [{ type: 'heard', text: ' yes' }]],
  [{ serverContent: { interrupted: true } }, [{ type: 'interrupted' }]],
  [{ serverContent: { generationComplete: true } }, [{ type: 'generation_complete' }]],
  [
    { serverContent: { turnComplete: true }, usageMetadata: { totalTokenCount: 3 } },
    [{ type: 'turn_complete' }],
  ],
  [{ serverContent: { modelTurn: { parts: [{ thought: true, text: 'Hm.' }] } } }, []],
  [
    { toolCall: { functionCalls: [{ id: 'c1', name: 'end_call', args: { reason: 'done' } }] } },
    [{ type: 'function_call', id: 'c1', name: 'end_call', arguments: '{"reason":"done"}' }],
  ],
  [{ toolCall: { functionCalls: [{ name: 'end_call' }] } }, [{ type: 'garbage' }]],
  [{ toolCallCancellation: { ids: ['c1', 7] } }, [{ type: 'calls_cancelled', ids: ['c1'] }]],
  [{ goAway: { timeLeft: '10s' } }, [{ type: 'going_away' }]],
  [{ usageMetadata: { totalTokenCount: 3 } }, []],
  [{ somethingElse: 1 }, [{ type: 'garbage' }]],
])('%j', (message, expected) => {
  expect(parseServerMessage(JSON.stringify(message))).toEqual(expected)
})

test.each(['', '{"serverContent":', 'null', '[]', '17'])('garbage: %s', frame => {
  expect(parseServerMessage(frame)).toEqual([{ type: 'garbage' }])
})
