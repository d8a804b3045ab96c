/**
 * Cuts a byte stream into SIP messages by Content-Length (RFC 3261 §18.3). Between messages stand line ends: the
 * keep-alives of RFC 5626 §3.5.1. Memory is bounded; once `broken`, the stream cannot be cut any more and must end.
 */
import { maxMessageBytes } from '../parse-message.ts'

export type Framed =
  | { readonly type: 'message'; readonly bytes: Buffer }
  | { readonly type: 'line_end' }
  /** `bytes`: a head that is no SIP, or whose length field cannot be read, so that its sender can be told. */
  | { readonly type: 'broken'; readonly bytes?: Buffer }

const firstCapacityBytes = 4_096
const headEnd = Buffer.from('\r\n\r\n')
const lineEnd: Framed = { type: 'line_end' }

export class MessageFramer {
  #buffer = Buffer.alloc(firstCapacityBytes)
  /** What waits stands from here on; what was taken is given up when more comes, not piece by piece. */
  #start = 0
  #end = 0
  /** No end of the head begins before here. */
  #searched = 0
  /** Of the message that stands first, once its head is whole. */
  #wantedBytes: number | undefined

  /** Whether a part of a message waits for its rest. */
  get hasPart(): boolean {
    return this.#end > this.#start
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
    if (this.#end - this.#start < this.#wantedBytes) return undefined
    const bytes = Buffer.from(this.#buffer.subarray(this.#start, this.#start + this.#wantedBytes))
    this.#consume(this.#wantedBytes)
    return { type: 'message', bytes }
  }

  /** Line ends before a message, or the finding of its length. */
  #beginning(): Framed | undefined {
    const waiting = this.#end - this.#start
    if (waiting > 0 && this.#buffer[this.#start] === 0x0d) {
      if (waiting === 1) return undefined
      if (this.#buffer[this.#start + 1] === 0x0a) {
        this.#consume(2)
        return lineEnd
      }
    }
    const at = this.#buffer.subarray(0, this.#end).indexOf(headEnd, Math.max(this.#start, this.#searched))
    if (at === -1) {
      this.#searched = this.#end - headEnd.length + 1
      return waiting > maxMessageBytes ? { type: 'broken' } : undefined
    }
    const head = this.#buffer.subarray(this.#start, at + headEnd.length)
    // Whoever speaks another protocol is not listened to any longer, however short its lines.
    const isSip = /SIP\//i.test(head.toString('latin1', 0, head.indexOf(0x0d)))
    const length = isSip ? contentLength(head) : undefined
    if (length === undefined) return { type: 'broken', bytes: Buffer.from(head) }
    this.#wantedBytes = head.length + length
    return undefined
  }

  #append(chunk: Buffer): void {
    const waiting = this.#end - this.#start
    const needed = waiting + chunk.length
    const isRoomy = this.#end + chunk.length <= this.#buffer.length
    if (!isRoomy) {
      const roomier =
        needed > this.#buffer.length ? Buffer.alloc(Math.max(needed, this.#buffer.length * 2)) : this.#buffer
      this.#buffer.copy(roomier, 0, this.#start, this.#end)
      this.#buffer = roomier
      this.#searched -= this.#start
      this.#start = 0
    }
    chunk.copy(this.#buffer, this.#start + waiting)
    this.#end = this.#start + needed
  }

  #consume(count: number): void {
    this.#start += count
    this.#searched = this.#start
    this.#wantedBytes = undefined
    if (this.#start < this.#end) return
    this.#start = this.#end = this.#searched = 0
    if (this.#buffer.length > firstCapacityBytes) this.#buffer = Buffer.alloc(firstCapacityBytes)
  }
}

/** RFC 3261 §20.14 demands the field over streams; a head without it is taken to have no body. */
function contentLength(head: Buffer): number | undefined {
  const lengths = new Set<string>()
  for (const match of head.toString('latin1').matchAll(/^(?:content-length|l)[ \t]*:([^\r\n]*)\r?$/gim))
    lengths.add((match[1] ?? '').trim())
  const [length = '0'] = lengths
  return lengths.size > 1 || !/^\d{1,9}$/.test(length) ? undefined : Number(length)
}
