import { randomBytes } from 'node:crypto'
import type { CallReport, CallUrls, StreamCodec, StreamMessage, Vendor } from '../vendor.ts'
import type { MediaSocket } from './media-socket.ts'

/** A call whose callbacks and audio are awaited. */
export interface Expectation {
  readonly vendor: Vendor
  readonly correlationId: string
  reported(report: CallReport): void
  /** Once at most. To be taken over at once: messages follow. */
  connected(media: MediaConnection): void
}

export interface MediaConnection {
  readonly socket: MediaSocket
  readonly codec: StreamCodec
  readonly start: Extract<StreamMessage, { type: 'start' }>
}

export interface ExpectedCall {
  readonly urls: CallUrls
  /** No audio is accepted from now on, and callbacks only for so long. */
  leave(lingerMs: number): void
}

export interface Entry extends Expectation {
  readonly urls: CallUrls
  /** The address of the audio is good for one connection. */
  acceptsAudio: boolean
}

const tokenBytes = 24

/** Calls by the secret in their addresses: 192 random bits each, so that nobody who was not told finds one. */
export class ExpectedCalls implements Disposable {
  readonly #baseUrl: string
  readonly #entries = new Map<string, Entry>()
  readonly #leaving = new Set<NodeJS.Timeout>()

  /** `baseUrl`: how vendors reach us, without a trailing slash. */
  constructor(baseUrl: string) {
    this.#baseUrl = baseUrl
  }

  add(expectation: Expectation): ExpectedCall {
    const token = randomBytes(tokenBytes).toString('base64url')
    const base = `${this.#baseUrl}/carriers/${token}`
    const urls: CallUrls = {
      answer: `${base}/answer`,
      status: `${base}/status`,
      stream: `${base.replace(/^http/, 'ws')}/stream`,
    }
    const entry: Entry = {
      vendor: expectation.vendor,
      correlationId: expectation.correlationId,
      reported: report => expectation.reported(report),
      connected: media => expectation.connected(media),
      urls,
      acceptsAudio: true,
    }
    this.#entries.set(token, entry)
    return { urls, leave: lingerMs => this.#leave(token, { entry, lingerMs }) }
  }

  find(token: string): Entry | undefined {
    return this.#entries.get(token)
  }

  [Symbol.dispose](): void {
    for (const timer of this.#leaving) clearTimeout(timer)
    this.#entries.clear()
  }

  #leave(token: string, { entry, lingerMs }: { entry: Entry; lingerMs: number }): void {
    entry.acceptsAudio = false
    const timer = setTimeout(() => {
      this.#entries.delete(token)
      this.#leaving.delete(timer)
    }, lingerMs)
    timer.unref()
    this.#leaving.add(timer)
  }
}
