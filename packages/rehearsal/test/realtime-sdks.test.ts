import net from 'node:net'
import { GoogleGenAI, type LiveServerMessage, Modality } from '@google/genai'
import OpenAI from 'openai'
import { OpenAIRealtimeWS } from 'openai/realtime/ws'
import { expect, test } from 'vitest'
import { openAzureOpenAi } from '../src/stand-ins/azure-openai/open-azure-openai.ts'
import { openGeminiLive } from '../src/stand-ins/gemini-live/open-gemini-live.ts'
import type { StandIn } from '../src/stand-ins/stand-in.ts'
import { openXai } from '../src/stand-ins/xai/open-xai.ts'

/** The vendors' own clients, or those they recommend, judge the stand-ins of realtime models. */

const KEY = 'key-stand-in'

/** The client insists on `wss:`; the socket below it is a plain one to the loopback server. */
function realtimeClient(server: StandIn, path: string, model: string): OpenAIRealtimeWS {
  const client = new OpenAI({ apiKey: KEY, baseURL: `${server.url}${path}` })
  const { port } = new URL(server.url)
  const createConnection = () => net.connect(Number(port), '127.0.0.1')
  return new OpenAIRealtimeWS({ model, options: { createConnection } }, client)
}

async function answerOf(client: OpenAIRealtimeWS, session: object): Promise<string> {
  const types: string[] = []
  let said = ''
  client.on('event', event => types.push(event.type))
  client.on('response.output_audio_transcript.delta', event => {
    said += event.delta
  })
  const until = (type: string) => expect.poll(() => types.includes(type), { timeout: 5000 }).toBe(true)
  await until('session.created')
  client.send({ type: 'session.update', session } as never)
  await until('session.updated')
  client.send({ type: 'response.create' })
  await until('response.done')
  client.close()
  return said
}

test('azure: the openai client, pointed at the resource as Microsoft documents', async () => {
  await using server = await openAzureOpenAi({
    apiKey: KEY,
    deployments: ['ours'],
    script: { reply: () => ({ text: 'Hello from Azure.' }) },
  })
  const client = realtimeClient(server, '/openai/v1', 'ours')
  const session = { type: 'realtime', audio: { output: { voice: 'marin' } } }
  expect(await answerOf(client, session)).toBe('Hello from Azure.')
})

test('xai: the openai client, pointed at xAI', async () => {
  await using server = await openXai({
    apiKey: KEY,
    script: { reply: () => ({ text: 'Hello from Grok.' }) },
  })
  const client = realtimeClient(server, '/v1', 'grok-voice-latest')
  const session = { voice: 'eve', turn_detection: { type: 'server_vad' } }
  expect(await answerOf(client, session)).toBe('Hello from Grok.')
})

test('gemini: a live session speaks, calls a function and takes its result', async () => {
  const call = { name: 'end_call', arguments: '{"reason":"done"}' }
  await using server = await openGeminiLive({
    apiKey: KEY,
    script: {
      reply: ({ toolResult }) =>
        toolResult === null ? { text: 'One moment.', call } : { text: `It said ${toolResult}` },
    },
  })
  const client = new GoogleGenAI({ apiKey: KEY, httpOptions: { baseUrl: server.url } })
  const messages: LiveServerMessage[] = []
  const session = await client.live.connect({
    model: 'gemini-2.5-flash-native-audio-latest',
    config: { responseModalities: [Modality.AUDIO], outputAudioTranscription: {} },
    callbacks: { onmessage: message => void messages.push(message) },
  })
  const said = () => messages.map(each => each.serverContent?.outputTranscription?.text ?? '').join('')
  session.sendClientContent({ turns: [{ role: 'user', parts: [{ text: 'hello' }] }], turnComplete: true })
  const called = () => messages.flatMap(each => each.toolCall?.functionCalls ?? [])
  await expect.poll(called).toMatchObject([{ name: 'end_call', args: { reason: 'done' } }])
  const id = called()[0]?.id ?? ''
  session.sendToolResponse({ functionResponses: [{ id, name: 'end_call', response: { output: 'ok' } }] })
  await expect.poll(() => messages.some(each => each.serverContent?.turnComplete)).toBe(true)
  expect(said()).toBe('One moment.It said "ok"')
  session.close()
})
