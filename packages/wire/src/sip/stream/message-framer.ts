/**
 * Cuts a byte stream into SIP messages by Content-Length (RFC 3261 §18.3). Between messages stand line ends: the
 * keep-alives of RFC 5626 §3.5.1. Memory is bounded; once `broken`, the stream cannot be cut any more and must end.
 */
import { maxMessageBytes } from '../parse-message.ts'

export type Framed =
  | { readonly type: 'message'; readonly bytes: Buffer }
  | { readonly type: 'line_end' }
  /** `bytes`: a head whose length field cannot be read, so that its sender can be told. */
  | { readonly type: 'broken'; readonly bytes?: Buffer }

const firstCapacityBytes = 4_096
const headEnd = Buffer.from('\r\n\r\n')
const lineEnd: Framed = { type: 'line_end' }

export class MessageFramer {
  #buffer = Buffer.alloc(firstCapacityBytes)
  #length = 0
  /** No end of the head begins before here. */
  #searched = 0
  /** Of the message that stands first in the buffer, once its head is whole. */
  #wantedBytes: number | undefined

  /** Whether a part of a message waits for its rest. */
  get hasPart(): boolean {
    return this.#length > 0
  }

  push(chunk: Buffer): Framed[] {
    this.#append(chunk)
    const framed: Framed[] = []
    for (;;) {
      const next = this.#next()
      if (!next) return framed
      framed.push(next)
      if (next.type === 'broken') return framed
    }
  }

  #next(): Framed | undefined {
    if (this.#wantedBytes === undefined) {
      const early = this.#beginning()
      if (early || this.#wantedBytes === undefined) return early
    }
    if (this.#wantedBytes > maxMessageBytes) return { type: 'broken' }
    if (this.#length < this.#wantedBytes) return undefined
    const bytes = Buffer.from(this.#buffer.subarray(0, this.#wantedBytes))
    this.#consume(this.#wantedBytes)
    return { type: 'message', bytes }
  }

  /** Line ends before a message, or the finding of its length. */
  #beginning(): Framed | undefined {
    if (this.#buffer[0] === 0x0d && this.#length === 1) return undefined
    if (this.#length >= 2 && this.#buffer[0] === 0x0d && this.#buffer[1] === 0x0a) {
      this.#consume(2)
      return lineEnd
    }
    const end = this.#buffer.subarray(0, this.#length).indexOf(headEnd, this.#searched)
    if (end === -1) {
      this.#searched = Math.max(0, this.#length - headEnd.length + 1)
      return this.#length > maxMessageBytes ? { type: 'broken' } : undefined
    }
    const head = this.#buffer.subarray(0, end + headEnd.length)
    const length = contentLength(head)
    if (length === undefined) return { type: 'broken', bytes: Buffer.from(head) }
    this.#wantedBytes = head.length + length
    return undefined
  }

  #append(chunk: Buffer): void {
    const needed = this.#length + chunk.length
    if (needed > this.#buffer.length) {
      const grown = Buffer.alloc(Math.max(needed, this.#buffer.length * 2))
      this.#buffer.copy(grown, 0, 0, this.#length)
      this.#buffer = grown
    }
    chunk.copy(this.#buffer, this.#length)
    this.#length = needed
  }

  #consume(count: number): void {
    this.#buffer.copyWithin(0, count, this.#length)
    this.#length -= count
    this.#searched = 0
    this.#wantedBytes = undefined
    if (this.#length === 0 && this.#buffer.length > firstCapacityBytes) {
      this.#buffer = Buffer.alloc(firstCapacityBytes)
    }
  }
}

/** RFC 3261 §20.14 demands the field over streams; a head without it is taken to have no body. */
function contentLength(head: Buffer): number | undefined {
  const lengths = new Set<string>()
  for (const match of head
    .toString('latin1')
    .matchAll(/^(?:content-length|l)[ \t]*:[ \t]*(.*?)[ \t]*\r?$/gim)) {
    lengths.add(match[1] ?? '')
  }
  const [length = '0'] = lengths
  return lengths.size > 1 || !/^\d{1,9}$/.test(length) ? undefined : Number(length)
}
