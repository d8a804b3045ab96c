import { openAzureSpeech } from '@parley/rehearsal/stand-ins/azure-speech/open-azure-speech'
import { openGoogleSpeech } from '@parley/rehearsal/stand-ins/google-speech/open-google-speech'
import { azureRecognizer } from '../../src/speech/cascade/recognizers/azure/azure-recognizer.ts'
import { googleSpeech } from '../../src/speech/cascade/recognizers/google/google-speech.ts'
import { openAssemblyAi } from '@parley/rehearsal/stand-ins/assemblyai/open-assemblyai'
import { openDeepgram } from '@parley/rehearsal/stand-ins/deepgram/open-deepgram'
import { openElevenLabs } from '@parley/rehearsal/stand-ins/elevenlabs/open-elevenlabs'
import { openOpenAiTranscription } from '@parley/rehearsal/stand-ins/openai-transcription/open-openai-transcription'
import { assemblyAiRecognizer } from '../../src/speech/cascade/recognizers/assemblyai/assemblyai.ts'
import { fluxRecognizer } from '../../src/speech/cascade/recognizers/deepgram/flux.ts'
import { scribeRecognizer } from '../../src/speech/cascade/recognizers/elevenlabs/scribe.ts'
import { openAiTranscription } from '../../src/speech/cascade/recognizers/openai/openai-transcription.ts'
import { deepgramRecognizer } from '../../src/speech/cascade/recognizers/deepgram/deepgram.ts'
import { recognizerSuite } from './recognizer-suite.ts'

recognizerSuite({
  provider: 'deepgram',
  standIn: openDeepgram,
  recognizer: (server, config) => deepgramRecognizer({ url: server.url, ...config }),
})

recognizerSuite({
  provider: 'deepgram-flux',
  standIn: openDeepgram,
  recognizer: (server, config) => fluxRecognizer({ url: server.url, ...config }),
})

recognizerSuite({
  provider: 'assemblyai',
  standIn: openAssemblyAi,
  recognizer: (server, config) => assemblyAiRecognizer({ url: server.url, ...config }),
})

recognizerSuite({
  provider: 'elevenlabs',
  standIn: openElevenLabs,
  recognizer: (server, config) => scribeRecognizer({ url: server.url, ...config }),
})

recognizerSuite({
  provider: 'openai',
  standIn: openOpenAiTranscription,
  recognizer: (server, config) => openAiTranscription({ baseUrl: `${server.url}/v1`, ...config }),
})

recognizerSuite({
  provider: 'google',
  standIn: openGoogleSpeech,
  recognizer: ({ url }, { apiKey, deadlines }) =>
    googleSpeech({ url, access: { apiKey }, ...(deadlines ? { deadlines } : {}) }),
})

recognizerSuite({
  provider: 'azure',
  standIn: openAzureSpeech,
  recognizer: ({ url }, config) => azureRecognizer({ ...config, region: 'westeurope', recognitionUrl: url }),
})
