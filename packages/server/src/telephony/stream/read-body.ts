import type { IncomingMessage } from 'node:http'

/** The whole body as text, or null when it is longer than the limit. Rejects when it breaks off. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<string | null> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length
    if (size > maxBytes) return null
    pieces.push(piece)
  }
  return Buffer.concat(pieces, size).toString()
}
