import { pastAsText } from '../../past-talk.ts'
import type { VoiceSession } from '../../port.ts'

/** The model hears at 16 kHz and speaks at 24 kHz, 16-bit little-endian. */
export const HEARS_HZ = 16_000
export const SPEAKS_HZ = 24_000
/** Silence that ends the callee's turn. */
export const SILENCE_MS = 500

/** What a phone gateway tells Gemini Live. https://ai.google.dev/api/live */
export function setup(session: VoiceSession): object {
  const { model, voice, prompt, temperature, tools, past = [] } = session
  return {
    setup: {
      model: `models/${model}`,
      generationConfig: {
        responseModalities: ['AUDIO'],
        speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: voice } } },
        ...(temperature === null ? {} : { temperature }),
      },
      systemInstruction: { parts: [{ text: [prompt, pastAsText(past)].filter(Boolean).join('\n\n') }] },
      ...(tools.length === 0
        ? {}
        : {
            tools: [
              {
                functionDeclarations: tools.map(({ name, description, parameters }) => ({
                  name,
                  description,
                  parametersJsonSchema: parameters,
                })),
              },
            ],
          }),
      realtimeInputConfig: {
        automaticActivityDetection: { silenceDurationMs: SILENCE_MS, ...sensitivity(session) },
      },
      inputAudioTranscription: {},
      outputAudioTranscription: {},
      // Without it a session of audio ends after fifteen minutes.
      contextWindowCompression: { slidingWindow: {} },
    },
  }
}

/** The service knows two degrees of certainty and no figures. */
function sensitivity({ speechThreshold }: VoiceSession): object {
  return speechThreshold !== undefined && speechThreshold > 0.5
    ? { startOfSpeechSensitivity: 'START_SENSITIVITY_LOW' }
    : {}
}

/** Base64 needs no escaping: fifty of these a second are built without a JSON serialiser. */
export function audioInput(pcm: Uint8Array): string {
  const data = Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength).toString('base64')
  return `{"realtimeInput":{"audio":{"mimeType":"audio/pcm;rate=${HEARS_HZ}","data":"${data}"}}}`
}

/** Text from our side; a complete turn asks for a reply. Either stops what the model is saying. */
export function textTurn(text: string, turnComplete: boolean): object {
  return { clientContent: { turns: [{ role: 'user', parts: [{ text }] }], turnComplete } }
}

export interface ToolAnswer {
  readonly id: string
  readonly name: string
  readonly result: unknown
}

/** The model goes on speaking at once when its calls are answered. */
export function toolResponse(answers: readonly ToolAnswer[], guidance: string | undefined): object {
  const functionResponses = answers.map(({ id, name, result }) => ({
    id,
    name,
    response: { output: result ?? null, ...(guidance === undefined ? {} : { guidance }) },
  }))
  return { toolResponse: { functionResponses } }
}

/** The service takes no instructions of their own beside the conversation, so they are marked as such. */
export function platformNote(text: string): string {
  return `[Note of the phone platform, not said by the callee: ${text}]`
}
