import Anthropic from '@anthropic-ai/sdk'
import { GoogleGenAI } from '@google/genai'
import OpenAI from 'openai'
import { expect, test } from 'vitest'
import { openAnthropic } from '../src/stand-ins/anthropic/open-anthropic.ts'
import { openGoogleGenerate } from '../src/stand-ins/google-generate/open-google-generate.ts'
import { openOpenAiEmbeddings } from '../src/stand-ins/openai-embeddings/open-openai-embeddings.ts'
import { openOpenAiSpeech } from '../src/stand-ins/openai-speech/open-openai-speech.ts'
import { toneSpeech } from '../src/stand-ins/tone-speech.ts'

/** The vendors' own clients judge the stand-ins that are asked over HTTP. */

const KEY = 'key-stand-in'
const reply = () => ({
  text: 'Well then.',
  calls: [{ name: 'end_call', arguments: '{"reason":"done"}' }],
})

test('anthropic: messages, streamed, with a tool', async () => {
  await using server = await openAnthropic({ apiKey: KEY, reply })
  const client = new Anthropic({ apiKey: KEY, baseURL: server.url, maxRetries: 0 })
  const messages = [{ role: 'user' as const, content: 'hello' }]
  const asked = { model: 'claude-haiku-4-5', max_tokens: 100, messages }
  const message = await client.messages.stream(asked).finalMessage()
  expect(message).toMatchObject({
    stop_reason: 'tool_use',
    content: [
      { type: 'text', text: 'Well then.' },
      { type: 'tool_use', name: 'end_call', input: { reason: 'done' } },
    ],
  })
  const newer = { ...asked, model: 'claude-haiku-5-5', temperature: 0.5 }
  await expect(client.messages.stream(newer).finalMessage()).rejects.toMatchObject({ status: 400 })
  const stranger = new Anthropic({ apiKey: 'key-wrong', baseURL: server.url, maxRetries: 0 })
  await expect(stranger.messages.stream(asked).finalMessage()).rejects.toMatchObject({ status: 401 })
})

test('google: contents, streamed, with a function', async () => {
  await using server = await openGoogleGenerate({ apiKey: KEY, reply })
  const client = new GoogleGenAI({ apiKey: KEY, httpOptions: { baseUrl: server.url } })
  const stream = await client.models.generateContentStream({ model: 'gemini-2.5-flash', contents: 'hello' })
  let text = ''
  const calls: unknown[] = []
  for await (const chunk of stream) {
    for (const part of chunk.candidates?.[0]?.content?.parts ?? []) {
      text += part.text ?? ''
      if (part.functionCall) calls.push(part.functionCall)
    }
  }
  expect(text).toBe('Well then.')
  expect(calls).toMatchObject([{ name: 'end_call', args: { reason: 'done' } }])
})

test('openai: speech as samples', async () => {
  await using server = await openOpenAiSpeech({ apiKey: KEY })
  const client = new OpenAI({ apiKey: KEY, baseURL: `${server.url}/v1`, maxRetries: 0 })
  const asked = { model: 'gpt-4o-mini-tts', voice: 'coral', input: 'Hello.', response_format: 'pcm' as const }
  const audio = await (await client.audio.speech.create(asked)).arrayBuffer()
  // Three samples of two bytes each for every byte of µ-law at 8 kHz.
  expect(audio.byteLength).toBe(toneSpeech('Hello.').length * 6)
})

test('openai: embeddings, whose closeness is that of the words', async () => {
  await using server = await openOpenAiEmbeddings({ apiKey: KEY, synonyms: [['dog', 'puppy']] })
  const client = new OpenAI({ apiKey: KEY, baseURL: `${server.url}/v1`, maxRetries: 0 })
  const input = ['a dog', 'a puppy', 'the invoice']
  const asked = { model: 'text-embedding-3-small', dimensions: 256, input }
  const { data } = await client.embeddings.create(asked)
  const [dog = [], puppy = [], invoice = []] = data.map(({ embedding }) => embedding)
  const dot = (other: readonly number[]) => dog.reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0)
  expect(dog).toHaveLength(256)
  expect(dot(puppy)).toBeCloseTo(1)
  expect(dot(invoice)).toBeLessThan(0.5)
})
