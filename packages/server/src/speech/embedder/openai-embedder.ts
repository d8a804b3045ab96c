import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { type EmbeddingModel, embedMany } from 'ai'
import { chatFault } from '../cascade/brains/chat/chat-fault.ts'
import type { HostedConfig } from '../hosted/config.ts'
import { type Embedder, VoiceFault } from '../port.ts'

/** OpenAI's small model, cut to so many numbers: it was trained to be cut (platform.openai.com, "Embeddings"). */
const openaiModel = 'text-embedding-3-small'
const openaiDimensions = 512
/** A request may hold 300,000 tokens; passages have at most a few hundred each. */
const batchSize = 256
/** For one batch, in milliseconds. */
const patienceMs = 30_000

/** Null where no provider of embeddings is configured. An OpenAI-compatible server comes before OpenAI. */
export function hostedEmbedder({ embedding, openai }: HostedConfig): Embedder | null {
  if (embedding) {
    const { baseUrl, apiKey, model } = embedding
    const server = createOpenAICompatible({
      name: 'embedding',
      baseURL: baseUrl,
      ...(apiKey === null ? {} : { apiKey }),
    })
    return sdkEmbedder({ provider: 'embedding', name: model, model: server.embeddingModel(model) })
  }
  if (!openai) return null
  const { apiKey, baseUrl } = openai
  const vendor = createOpenAI({ apiKey, ...(baseUrl === undefined ? {} : { baseURL: baseUrl }) })
  return sdkEmbedder({
    provider: 'openai',
    name: `${openaiModel}/${openaiDimensions}`,
    model: vendor.embedding(openaiModel),
    options: { openai: { dimensions: openaiDimensions } },
  })
}

interface SdkModel {
  readonly provider: string
  readonly name: string
  readonly model: EmbeddingModel
  readonly options?: { readonly openai: { readonly dimensions: number } }
}

function sdkEmbedder({ provider, name, model, options }: SdkModel): Embedder {
  const embedBatch = async (values: string[], signal: AbortSignal) => {
    const abortSignal = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)])
    const asked = { model, values, abortSignal, maxRetries: 2 }
    const { embeddings } = await embedMany(options ? { ...asked, providerOptions: options } : asked)
    if (embeddings.length !== values.length)
      throw new VoiceFault(provider, 'protocol', { message: 'the answer has another number of vectors' })
    return embeddings.map(ofLengthOne)
  }
  return {
    model: name,
    async embed(texts, signal) {
      const vectors: Float32Array[] = []
      try {
        for (let at = 0; at < texts.length; at += batchSize)
          vectors.push(...(await embedBatch(texts.slice(at, at + batchSize), signal)))
      } catch (error) {
        throw chatFault(provider, error)
      }
      return vectors
    },
  }
}

function ofLengthOne(vector: readonly number[]): Float32Array {
  const length = Math.hypot(...vector)
  return Float32Array.from(vector, value => (length > 0 ? value / length : 0))
}
