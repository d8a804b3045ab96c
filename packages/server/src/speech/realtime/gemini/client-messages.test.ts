import { expect, test } from 'vitest'
import { setup } from './client-messages.ts'

const session = {
  mode: 'realtime' as const,
  model: 'gemini-live',
  voice: 'Puck',
  prompt: 'Be brief.',
  purpose: '',
  language: 'en-US',
  temperature: null,
  tools: [],
  facts: {},
}

test.each([
  [undefined, undefined],
  [0.5, undefined],
  [0.8, 'START_SENSITIVITY_LOW'],
])('a threshold of %s asks for the sensitivity %s', (speechThreshold, expected) => {
  const message = setup({ ...session, ...(speechThreshold === undefined ? {} : { speechThreshold }) })
  const { automaticActivityDetection } = (
    message as { setup: { realtimeInputConfig: Record<string, Record<string, unknown>> } }
  ).setup.realtimeInputConfig
  expect(automaticActivityDetection?.['startOfSpeechSensitivity']).toBe(expected)
})
