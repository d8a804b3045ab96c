import { openAzureOpenAi } from '@parley/rehearsal/stand-ins/azure-openai/open-azure-openai'
import { openGeminiLive } from '@parley/rehearsal/stand-ins/gemini-live/open-gemini-live'
import { openOpenAiRealtime } from '@parley/rehearsal/stand-ins/openai-realtime/open-openai-realtime'
import { openXai } from '@parley/rehearsal/stand-ins/xai/open-xai'
import { expect, test } from 'vitest'
import { azureRealtime } from '../../src/speech/realtime/azure/azure-realtime.ts'
import { geminiRealtime } from '../../src/speech/realtime/gemini/open-gemini.ts'
import { openAiRealtime } from '../../src/speech/realtime/openai/open-openai.ts'
import { xaiRealtime } from '../../src/speech/realtime/xai/xai-realtime.ts'
import { session, VoiceProbe } from './voice-probe.ts'
import { voiceSuite } from './voice-suite.ts'

voiceSuite({
  provider: 'openai',
  model: 'gpt-realtime',
  voice: 'marin',
  standIn: openOpenAiRealtime,
  voices: (server, config) => openAiRealtime({ baseUrl: `${server.url}/v1`, ...config }),
})

voiceSuite({
  provider: 'azure',
  model: 'our-realtime',
  voice: 'marin',
  standIn: options => openAzureOpenAi({ deployments: ['our-realtime'], ...options }),
  voices: (server, config) => azureRealtime({ endpoint: `${server.url}/`, ...config }),
})

voiceSuite({
  provider: 'xai',
  model: 'grok-voice-latest',
  voice: 'ara',
  standIn: openXai,
  voices: (server, config) => xaiRealtime({ url: `${server.url}/v1/realtime`, ...config }),
})

voiceSuite({
  provider: 'gemini',
  model: 'gemini-2.5-flash-native-audio-latest',
  voice: 'Kore',
  standIn: openGeminiLive,
  voices: (server, config) => geminiRealtime({ url: server.url, ...config }),
})

test('a deployment that Azure does not have is refused', async () => {
  await using server = await openAzureOpenAi({ deployments: ['other'] })
  const voices = azureRealtime({ endpoint: server.url, apiKey: 'key' })
  await expect(voices.open(session, AbortSignal.timeout(5000))).rejects.toMatchObject({
    provider: 'azure',
    kind: 'refused',
  })
})

test('xAI, which can not truncate, is told what was heard of a reply', async () => {
  await using server = await openXai({ pace: { betweenDeltasMs: 20 } })
  const voices = xaiRealtime({ url: `${server.url}/v1/realtime`, apiKey: 'key' })
  await using voice = await voices.open({ ...session, voice: 'ara' }, AbortSignal.timeout(5000))
  const probe = new VoiceProbe(voice)
  voice.say('opening', 'We call you about the appointment that you have tomorrow morning.')
  await probe.until('reply_audio', 6)
  voice.interrupt('opening', 50)
  const notes = () => server.log.filter(({ type }) => type === 'conversation.item.create').slice(-1)
  await expect.poll(notes).toMatchObject([
    {
      body: {
        item: { role: 'system', content: [{ text: expect.stringMatching(/only this.*"We/u) as string }] },
      },
    },
  ])
})
