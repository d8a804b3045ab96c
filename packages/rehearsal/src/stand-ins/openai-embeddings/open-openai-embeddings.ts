import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { type Log, openLoopback } from '../loopback.ts'
import { bearerOf } from '../openai-realtime/open-openai-realtime.ts'
import { readJson } from '../read-body.ts'
import type { StandIn } from '../stand-in.ts'

export interface EmbeddingsOptions {
  /** The only key that is let in; default: any non-empty one. */
  readonly apiKey?: string
  /** Words that mean the same, so that texts with them come close; others mean themselves. */
  readonly synonyms?: readonly (readonly string[])[]
}

/** `POST /v1/embeddings`, as strict as OpenAI: unknown fields are refused. */
const embeddings = z.strictObject({
  model: z.string().min(1),
  input: z.union([z.string().min(1), z.array(z.string().min(1)).min(1).max(2_048)]),
  encoding_format: z.enum(['float', 'base64']).optional(),
  dimensions: z.int().min(1).max(3_072).optional(),
  user: z.string().optional(),
})

const DIMENSIONS = 1_536

/** OpenAI's embeddings: bags of words, in which the same words give the same direction. */
export async function openOpenAiEmbeddings(options: EmbeddingsOptions = {}): Promise<StandIn> {
  return await openLoopback({
    authorize: request => refusalOf(request, options.apiKey),
    requested: (request, response, log) => embed(request, response, { log, options }),
  })
}

function refusalOf(request: IncomingMessage, apiKey: string | undefined): number | null {
  const { pathname } = new URL(request.url ?? '/', 'http://stand-in')
  if (request.method !== 'POST' || pathname !== '/v1/embeddings') return 404
  const key = bearerOf(request)
  return key === null || (apiKey !== undefined && key !== apiKey) ? 401 : null
}

async function embed(
  incoming: IncomingMessage,
  response: ServerResponse,
  { log, options }: { log: Log; options: EmbeddingsOptions },
): Promise<void> {
  const parsed = embeddings.safeParse(await readJson(incoming))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const error = { message: issue?.message, type: 'invalid_request_error', param: issue?.path.join('.') }
    response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ error }))
    return
  }
  const { model, input, dimensions = DIMENSIONS, encoding_format: format = 'float' } = parsed.data
  log('in', 'embeddings', parsed.data)
  const data = [input].flat().map((text, index) => {
    const vector = vectorOf(text, dimensions, options.synonyms ?? [])
    return { object: 'embedding', index, embedding: format === 'float' ? [...vector] : base64(vector) }
  })
  const usage = { prompt_tokens: 1, total_tokens: 1 }
  response
    .writeHead(200, { 'content-type': 'application/json' })
    .end(JSON.stringify({ object: 'list', model, data, usage }))
}

function vectorOf(text: string, dimensions: number, synonyms: readonly (readonly string[])[]): Float32Array {
  const vector = new Float32Array(dimensions)
  for (const word of text.toLowerCase().match(/\p{L}+/gu) ?? []) {
    const meaning = synonyms.find(group => group.includes(word))?.[0] ?? word
    const at = createHash('sha256').update(meaning).digest().readUInt32LE() % dimensions
    vector[at] = (vector[at] ?? 0) + 1
  }
  const length = Math.hypot(...vector) || 1
  return vector.map(value => value / length)
}

function base64(vector: Float32Array): string {
  return Buffer.from(vector.buffer).toString('base64')
}
