import { openAnthropic } from '@parley/rehearsal/stand-ins/anthropic/open-anthropic'
import { openGoogleGenerate } from '@parley/rehearsal/stand-ins/google-generate/open-google-generate'
import type { ChatReply } from '@parley/rehearsal/stand-ins/openai-chat/chat-reply'
import { openOpenAiChat } from '@parley/rehearsal/stand-ins/openai-chat/open-openai-chat'
import type { StandIn } from '@parley/rehearsal/stand-ins/stand-in'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type BrainVendor, chatModels, listedModels } from '../../src/speech/cascade/brains/chat/models.ts'
import { vendorBrain } from '../../src/speech/cascade/brains/chat/vendor-brain.ts'
import type { BrainEvent, BrainMessage, BrainRequest } from '../../src/speech/cascade/port.ts'

const KEY = 'key-canary-9c3e'

interface BrainUnderTest {
  readonly vendor: BrainVendor
  readonly standIn: (options: { apiKey: string; reply?: () => ChatReply }) => Promise<StandIn>
  readonly path: string
}

const brains: readonly BrainUnderTest[] = [
  { vendor: 'openai', standIn: openOpenAiChat, path: '/v1' },
  { vendor: 'anthropic', standIn: openAnthropic, path: '/v1' },
  { vendor: 'google', standIn: openGoogleGenerate, path: '/v1beta' },
  { vendor: 'mistral', standIn: openOpenAiChat, path: '/v1' },
  { vendor: 'groq', standIn: openOpenAiChat, path: '/openai/v1' },
]

/**
 * What the vendors document as the least, where it stands in the body. Models that are not here do not think
 * unless they are told to, and are told nothing.
 * https://developers.openai.com/api/docs/guides/reasoning https://platform.claude.com/docs/en/build-with-claude/thinking
 * https://ai.google.dev/gemini-api/docs/thinking https://docs.mistral.ai/capabilities/reasoning/adjustable
 * https://console.groq.com/docs/reasoning
 */
const leastThinking: Readonly<Record<string, object>> = {
  'gpt-5-mini': { reasoning_effort: 'minimal' },
  'gpt-5-nano': { reasoning_effort: 'minimal' },
  'claude-haiku-5-5': { thinking: { type: 'disabled' } },
  'claude-sonnet-5-5': { thinking: { type: 'between_tools' } },
  'gemini-2.5-flash': { generationConfig: { thinkingConfig: { thinkingBudget: 0 } } },
  'gemini-2.5-flash-lite': { generationConfig: { thinkingConfig: { thinkingBudget: 0 } } },
  'gemini-3.5-flash': { generationConfig: { thinkingConfig: { thinkingLevel: 'minimal' } } },
  'mistral-small-latest': { reasoning_effort: 'none' },
  'openai/gpt-oss-20b': { reasoning_effort: 'low' },
}

const thinkingFields = z.object({
  reasoning_effort: z.string().optional(),
  reasoning_format: z.string().optional(),
  thinking: z.unknown().optional(),
  output_config: z.unknown().optional(),
  generationConfig: z.object({ thinkingConfig: z.unknown().optional() }).optional(),
})

const closing: AsyncDisposable[] = []
afterEach(async () => {
  for (const each of closing.splice(0)) await each[Symbol.asyncDispose]()
})

describe.each(brains)('the brain of $vendor', ({ vendor, standIn, path }) => {
  async function open(reply?: () => ChatReply, apiKey = KEY) {
    const server = await standIn({ apiKey: KEY, ...(reply ? { reply } : {}) })
    closing.push(server)
    const brain = vendorBrain(vendor, { apiKey, baseUrl: `${server.url}${path}` })
    const ask = async (wanted: Partial<BrainRequest> = {}) => {
      const events: BrainEvent[] = []
      for await (const event of brain.reply({ ...request, ...wanted }, AbortSignal.timeout(5000))) {
        events.push(event)
      }
      return events
    }
    const asked = () => JSON.stringify(server.log.filter(({ type }) => type !== 'connect').at(-1)?.body)
    return { server, ask, asked }
  }

  const request: BrainRequest = {
    model: chatModels[vendor][0]?.id ?? '',
    prompt: 'You confirm appointments.',
    purpose: '',
    language: 'en-US',
    temperature: 0.3,
    tools: [{ name: 'end_call', description: 'Ends.', parameters: { type: 'object', properties: {} } }],
    facts: {},
    messages: [{ role: 'user', text: 'hello' }],
    guidance: 'Be nice.',
  }

  test('streams words, with prompt, tools and temperature', async () => {
    const { ask, asked, server } = await open(() => ({ text: 'Good morning John.' }))
    const events = await ask()
    expect(events.at(-1)).toEqual({ type: 'done' })
    const words = events.flatMap(event => (event.type === 'text' ? [event.text] : []))
    expect(words.length).toBeGreaterThan(1)
    expect(words.join('')).toBe('Good morning John.')
    for (const part of ['You confirm appointments.', 'Be nice.', 'hello', 'end_call', '"temperature":0.3'])
      expect(asked()).toContain(part)
    expect(server.log.filter(({ type }) => type === 'invalid')).toEqual([])
  })

  test('calls tools and takes their results', async () => {
    const { ask, asked, server } = await open(() => ({
      text: 'Well.',
      calls: [{ name: 'end_call', arguments: '{"reason":"done"}' }],
    }))
    const events = await ask()
    const call = events.find(event => event.type === 'tool_call')
    expect(call).toMatchObject({ name: 'end_call', arguments: '{"reason":"done"}' })
    const toolCallId = call?.toolCallId ?? ''
    const messages: BrainMessage[] = [
      { role: 'user', text: 'hello' },
      { role: 'assistant', text: 'Well.' },
      { role: 'tool_call', toolCallId, name: 'end_call', arguments: '{"reason":"done"}' },
      { role: 'tool_result', toolCallId, name: 'end_call', result: 'ended well' },
    ]
    await ask({ messages })
    expect(asked()).toContain('ended well')
    expect(server.log.filter(({ type }) => type === 'invalid')).toEqual([])
  })

  test.each(chatModels[vendor])('$id is asked as it likes, to think as little as it can', async model => {
    const { id, fixedTemperature } = model
    const { ask, asked, server } = await open(() => ({ text: 'Yes.' }))
    const temperature = fixedTemperature ? null : 0.5
    expect((await ask({ model: id, temperature })).at(-1)).toEqual({ type: 'done' })
    expect(server.log.filter(({ type }) => type === 'invalid')).toEqual([])
    const { generationConfig, ...rest } = thinkingFields.parse(JSON.parse(asked()))
    const google = vendor === 'google' && id in leastThinking ? { generationConfig } : {}
    expect({ ...rest, ...google }).toEqual(leastThinking[id] ?? {})
    expect(asked().includes('"temperature"')).toBe(fixedTemperature !== true)
    const info = listedModels(vendor).find(model => model.id === id)
    expect(info?.supportsTemperature).toBe(fixedTemperature !== true)
  })

  test.each([
    [401, 'unauthorized'],
    [429, 'rate_limited'],
    [503, 'unreachable'],
  ])('HTTP %i is %s, and no key stands in the error', async (status, kind) => {
    const { ask, server } = await open()
    server.faults.refuse(status)
    const thrown = await ask().catch((error: unknown) => error)
    expect(thrown).toMatchObject({ name: 'VoiceFault', kind, provider: vendor })
    expect(JSON.stringify(thrown, Object.getOwnPropertyNames(thrown))).not.toContain(KEY)
  })

  test('a wrong key is unauthorized', async () => {
    const { ask } = await open(undefined, 'key-wrong')
    await expect(ask()).rejects.toMatchObject({ kind: 'unauthorized' })
  })
})
