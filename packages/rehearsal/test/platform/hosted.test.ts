import { afterAll, beforeAll, expect, it } from 'vitest'
import { openDeepgram } from '../../src/stand-ins/deepgram/open-deepgram.ts'
import { openElevenLabs } from '../../src/stand-ins/elevenlabs/open-elevenlabs.ts'
import { openOpenAiChat } from '../../src/stand-ins/openai-chat/open-openai-chat.ts'
import { openOpenAiRealtime } from '../../src/stand-ins/openai-realtime/open-openai-realtime.ts'
import { echo } from '../../src/stand-ins/openai-realtime/script.ts'
import type { StandIn } from '../../src/stand-ins/stand-in.ts'
import { readDemoKeys } from '../../src/demo/demo-keys.ts'
import { firstSentence, modes, openPlatform, type Platform } from './platform.ts'
import { openToolServer } from './tool-server.ts'

/** The same calls with keys in the environment: the platform speaks to the providers' documented protocols. */
const opened = new AsyncDisposableStack()
let platform: Platform
let standIns: Record<'realtime' | 'chat' | 'deepgram' | 'elevenlabs', StandIn>

const farewell = JSON.stringify({ reason: 'settled', farewell: 'Thank you. Goodbye.' })
const settled = { name: 'end_call', arguments: farewell }
const slots = { name: 'free_slots', arguments: '{"day":"2026-12-01"}' }
/** What the callee asks after a tool; both models look it up, and say what they were told. */
const question = 'When are you free?'
let calleeSays = 'Yes, that works for me.'
const keys = [
  'OPENAI_API_KEY',
  'OPENAI_BASE_URL',
  'OPENAI_REALTIME_URL',
  'DEEPGRAM_API_KEY',
  'DEEPGRAM_URL',
] as const
const moreKeys = ['ELEVENLABS_API_KEY', 'ELEVENLABS_URL'] as const

beforeAll(async () => {
  const realtime = opened.use(
    await openOpenAiRealtime({
      script: {
        transcribe: () => calleeSays,
        // Asked for words of its own after the callee's, the model ends the call; else it says what it is given.
        reply: situation => {
          const { turns, heard, toolResult, instructions } = situation
          if (toolResult !== null) return { text: `It says ${toolResult}.` }
          if (turns === 0 || /word for word/iu.test(instructions)) return echo.reply(situation)
          return { call: turns === 1 && heard.startsWith(question) ? slots : settled }
        },
      },
    }),
  )
  const chat = opened.use(
    await openOpenAiChat({
      reply: ({ messages }) => {
        const told = messages.findLast(({ role }) => role === 'tool')
        const answer = `It says ${JSON.stringify(told?.content)}.`
        const said = messages.some(one => one.role === 'assistant' && one.content === answer)
        if (told && !said) return { text: answer }
        const newest = messages.findLast(({ role }) => role === 'user')?.content
        const asked = typeof newest === 'string' && newest.startsWith(question)
        if (asked && !told) return { calls: [slots] }
        return { text: 'Wonderful.', calls: [settled] }
      },
    }),
  )
  const deepgram = opened.use(await openDeepgram({ transcribe: () => calleeSays }))
  const elevenlabs = opened.use(await openElevenLabs())
  standIns = { realtime, chat, deepgram, elevenlabs }
  Object.assign(process.env, {
    OPENAI_API_KEY: 'sk-test',
    OPENAI_BASE_URL: `${chat.url}/v1`,
    OPENAI_REALTIME_URL: `${realtime.url}/v1/realtime`,
    DEEPGRAM_API_KEY: 'dg-test',
    DEEPGRAM_URL: deepgram.url,
    ELEVENLABS_API_KEY: 'el-test',
    ELEVENLABS_URL: elevenlabs.url,
  })
  platform = opened.use(await openPlatform())
}, 120_000)

afterAll(async () => {
  await opened.disposeAsync()
  for (const name of [...keys, ...moreKeys]) delete process.env[name]
}, 60_000)

it('a realtime call goes through the hosted model', { timeout: 90_000 }, async () => {
  const { call, webhook } = await platform.call('+14155551234')
  expect(call).toMatchObject({ status: 'completed', end_reason: 'agent_ended', mode: 'realtime' })
  expect(call.model).toMatch(/^gpt-realtime/)
  expect(call.transcript[0]).toMatchObject({ user: 'assistant', text: firstSentence })
  expect(call.transcript.some(line => line.user === 'user' && line.text === 'Yes, that works for me.')).toBe(
    true,
  )
  expect(webhook).toMatchObject({ verified: true, event: 'call.completed' })
  expect(standIns.realtime.log.some(entry => entry.type === 'session.update')).toBe(true)
})

it('a legacy call goes through recognizer, model and synthesizer, in the language asked for', {
  timeout: 90_000,
}, async () => {
  const voice = { voice_id: 'your-spanish-voice-id', name: 'Lucía', provider: 'elevenlabs', mode: 'legacy' }
  const registered = await platform.request('POST', '/v1/voices', { ...voice, languages: ['es'] })
  expect(registered.status).toBe(201)
  const { call } = await platform.call('+14155551234', {
    mode: 'legacy',
    stt_language: 'es-ES',
    voice: 'your-spanish-voice-id',
    temperature: undefined,
  })
  expect(call).toMatchObject({ status: 'completed', end_reason: 'agent_ended', mode: 'legacy' })
  expect(call.transcript[0]).toMatchObject({ user: 'assistant', text: firstSentence })
  const asked = (one: StandIn) => JSON.stringify(one.log.find(entry => entry.type === 'connect')?.body)
  expect(asked(standIns.deepgram)).toContain('es')
  expect(asked(standIns.elevenlabs)).toContain('your-spanish-voice-id')
})

it.each(modes)(
  'in %s mode the agent asks a function of the customer, and says what it was told',
  {
    timeout: 90_000,
  },
  async mode => {
    const { webhookSecret } = await readDemoKeys(platform.dataDir)
    await using server = await openToolServer(webhookSecret, 'half past nine')
    calleeSays = question
    const day = { type: 'string', format: 'date' }
    const tool = {
      name: 'free_slots',
      description: 'Free appointments on a day',
      parameters: { type: 'object', properties: { day }, required: ['day'], additionalProperties: false },
      url: server.url,
    }
    const { call, events, id } = await platform.call('+14155551234', {
      mode,
      tools: [tool],
      metadata: { order: 7 },
    })
    expect(server.asked).toEqual([
      expect.objectContaining({
        call_id: id,
        name: 'free_slots',
        arguments: { day: '2026-12-01' },
        metadata: { order: 7 },
      }),
    ])
    expect(events.filter(({ type }) => type === 'tool_result')[0]).toMatchObject({
      name: 'free_slots',
      ok: true,
    })
    const said = call.transcript.filter(({ user }) => user === 'assistant').map(({ text }) => text)
    expect(said.join(' ')).toContain('half past nine')
    expect(call.transcript.some(({ user, text }) => user === 'tool' && text.includes('free_slots'))).toBe(
      true,
    )
  },
)
