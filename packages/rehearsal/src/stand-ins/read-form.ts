import type { IncomingMessage } from 'node:http'

const LARGEST_FORM_BYTES = 32 * 1024 * 1024

/** A `multipart/form-data` body as its fields and files; null where it is none. */
export interface SentForm {
  readonly fields: Readonly<Record<string, string>>
  readonly files: readonly {
    readonly field: string
    readonly name: string
    readonly type: string
    readonly bytes: number
  }[]
}

export async function readForm(request: IncomingMessage): Promise<SentForm | null> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > LARGEST_FORM_BYTES) return null
    chunks.push(chunk)
  }
  const headers = { 'content-type': request.headers['content-type'] ?? '' }
  try {
    const form = await new Response(Buffer.concat(chunks), { headers }).formData()
    const entries = [...form.entries()]
    return {
      fields: Object.fromEntries(
        entries.flatMap(([field, value]) => (typeof value === 'string' ? [[field, value]] : [])),
      ),
      files: entries.flatMap(([field, value]) =>
        typeof value === 'string' ? [] : [{ field, name: value.name, type: value.type, bytes: value.size }],
      ),
    }
  } catch (error) {
    if (error instanceof TypeError) return null
    throw error
  }
}
