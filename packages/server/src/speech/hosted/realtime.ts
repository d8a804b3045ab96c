import { azureRealtime } from '../realtime/azure/azure-realtime.ts'
import { azureRealtimeModel, azureRealtimeVoices } from '../realtime/azure/models.ts'
import { geminiRealtimeModels, geminiRealtimeVoices } from '../realtime/gemini/models.ts'
import { geminiRealtime } from '../realtime/gemini/open-gemini.ts'
import { openAiRealtimeModels, openAiRealtimeVoices } from '../realtime/openai/models.ts'
import { openAiRealtime } from '../realtime/openai/open-openai.ts'
import { xaiRealtimeModels, xaiRealtimeVoices } from '../realtime/xai/models.ts'
import { xaiRealtime } from '../realtime/xai/xai-realtime.ts'
import type { RealtimePart } from '../voices.ts'
import type { HostedConfig } from './config.ts'

/** Speech-to-speech models, the preferred provider first. */
export function hostedRealtime({ openai, azure, gemini, xai }: HostedConfig): RealtimePart[] {
  const parts: RealtimePart[] = []
  if (openai) {
    const adapter = openAiRealtime(openai)
    parts.push({ provider: 'openai', models: openAiRealtimeModels, voices: openAiRealtimeVoices, adapter })
  }
  if (azure) {
    const models = [azureRealtimeModel(azure.deployment)]
    const adapter = azureRealtime(azure)
    parts.push({ provider: 'azure', models, voices: azureRealtimeVoices, adapter })
  }
  if (gemini) {
    const adapter = geminiRealtime(gemini)
    parts.push({ provider: 'gemini', models: geminiRealtimeModels, voices: geminiRealtimeVoices, adapter })
  }
  if (xai) {
    const adapter = xaiRealtime(xai)
    parts.push({ provider: 'xai', models: xaiRealtimeModels, voices: xaiRealtimeVoices, adapter })
  }
  return parts
}
