import { z } from 'zod'

const part = z.union([
  z.strictObject({ text: z.string(), thoughtSignature: z.string().optional() }),
  z.strictObject({
    functionCall: z.strictObject({
      id: z.string().optional(),
      name: z.string(),
      args: z.record(z.string(), z.unknown()),
    }),
    thoughtSignature: z.string().optional(),
  }),
  z.strictObject({
    functionResponse: z.strictObject({
      id: z.string().optional(),
      name: z.string(),
      response: z.record(z.string(), z.unknown()),
    }),
  }),
])

/** `models/…:streamGenerateContent`, as strict as Google: unknown fields are refused. */
const generateRequest = z.strictObject({
  contents: z.array(z.strictObject({ role: z.enum(['user', 'model']), parts: z.array(part).min(1) })).min(1),
  systemInstruction: z.strictObject({ parts: z.array(part).min(1), role: z.string().optional() }).optional(),
  generationConfig: z
    .strictObject({
      temperature: z.number().min(0).max(2).optional(),
      maxOutputTokens: z.int().optional(),
      thinkingConfig: z
        .strictObject({
          thinkingBudget: z.int().min(-1).optional(),
          thinkingLevel: z.enum(['minimal', 'low', 'medium', 'high']).optional(),
          includeThoughts: z.boolean().optional(),
        })
        .optional(),
    })
    .optional(),
  tools: z
    .array(
      z.strictObject({
        functionDeclarations: z.array(
          z.strictObject({
            name: z.string().regex(/^[A-Za-z_][\w.-]{0,63}$/u),
            description: z.string(),
            parameters: z.looseObject({ type: z.string() }).optional(),
            parametersJsonSchema: z.record(z.string(), z.unknown()).optional(),
          }),
        ),
      }),
    )
    .optional(),
  toolConfig: z.unknown().optional(),
})

export type GenerateRequest = z.infer<typeof generateRequest>

/** The request, or what is wrong with it. */
export function parseGenerate(body: unknown): GenerateRequest | string {
  const parsed = generateRequest.safeParse(body)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    return `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`
  }
  return parsed.data.contents[0]?.role === 'user' ? parsed.data : 'contents: the first turn is the user’s'
}
