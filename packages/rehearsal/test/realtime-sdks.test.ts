import net from 'node:net'
import OpenAI from 'openai'
import { OpenAIRealtimeWS } from 'openai/realtime/ws'
import { expect, test } from 'vitest'
import { openAzureOpenAi } from '../src/stand-ins/azure-openai/open-azure-openai.ts'
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
