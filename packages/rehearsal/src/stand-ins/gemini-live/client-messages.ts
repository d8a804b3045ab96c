import { z } from 'zod'

/**
 * What clients may send to Gemini Live: one of four members in each message, and the service closes the
 * connection over anything it does not know. https://ai.google.dev/api/live
 */
const text = z.strictObject({
  parts: z.array(z.strictObject({ text: z.string() })).min(1),
  role: z.string().optional(),
})

const content = z.strictObject({
  role: z.enum(['user', 'model']),
  parts: z.array(z.strictObject({ text: z.string() })).min(1),
})

const setup = z.strictObject({
  model: z.string().regex(/^models\/[\w.-]+$/u),
  generationConfig: z
    .strictObject({
      responseModalities: z
        .array(z.enum(['AUDIO']))
        .length(1)
        .optional(),
      temperature: z.number().min(0).max(2).optional(),
      maxOutputTokens: z.int().optional(),
      thinkingConfig: z.unknown().optional(),
      speechConfig: z
        .strictObject({
          languageCode: z.string().optional(),
          voiceConfig: z
            .strictObject({ prebuiltVoiceConfig: z.strictObject({ voiceName: z.string().min(1) }) })
            .optional(),
        })
        .optional(),
    })
    .optional(),
  systemInstruction: text.optional(),
  tools: z
    .array(
      z.strictObject({
        functionDeclarations: z.array(
          z.strictObject({
            name: z.string().regex(/^[A-Za-z_][\w.-]{0,63}$/u),
            description: z.string().optional(),
            parametersJsonSchema: z.record(z.string(), z.unknown()).optional(),
            parameters: z.record(z.string(), z.unknown()).optional(),
            behavior: z.enum(['BLOCKING', 'NON_BLOCKING']).optional(),
          }),
        ),
      }),
    )
    .optional(),
  realtimeInputConfig: z
    .strictObject({
      automaticActivityDetection: z
        .strictObject({
          disabled: z.boolean().optional(),
          prefixPaddingMs: z.int().optional(),
          silenceDurationMs: z.int().optional(),
          startOfSpeechSensitivity: z.string().optional(),
          endOfSpeechSensitivity: z.string().optional(),
        })
        .optional(),
      activityHandling: z.string().optional(),
      turnCoverage: z.string().optional(),
    })
    .optional(),
  inputAudioTranscription: z.strictObject({}).optional(),
  outputAudioTranscription: z.strictObject({}).optional(),
  contextWindowCompression: z.strictObject({ slidingWindow: z.strictObject({}) }).optional(),
  sessionResumption: z.strictObject({ handle: z.string().optional() }).optional(),
})

const clientMessage = z.union([
  z.strictObject({ setup }),
  z.strictObject({
    realtimeInput: z.strictObject({
      audio: z.strictObject({ mimeType: z.literal('audio/pcm;rate=16000'), data: z.base64() }).optional(),
      audioStreamEnd: z.boolean().optional(),
    }),
  }),
  z.strictObject({
    clientContent: z.strictObject({
      turns: z.array(content).optional(),
      turnComplete: z.boolean().optional(),
    }),
  }),
  z.strictObject({
    toolResponse: z.strictObject({
      functionResponses: z
        .array(
          z.strictObject({ id: z.string(), name: z.string(), response: z.record(z.string(), z.unknown()) }),
        )
        .min(1),
    }),
  }),
])

export type ClientMessage = z.infer<typeof clientMessage>
export type Setup = z.infer<typeof setup>

/** Null where the service would close the connection. */
export function parseClientMessage(frame: string): ClientMessage | null {
  try {
    return clientMessage.parse(JSON.parse(frame))
  } catch {
    return null
  }
}
