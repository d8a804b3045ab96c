import type { NetworkStatus } from '@parley/contract/status'

/**
 * What a phone vendor is to us: a REST API that dials, callbacks that tell how it goes, and a WebSocket that
 * carries the audio. Everything here is data and pure functions; `stream/` owns sockets, clocks and retries
 * and is the same for all of them.
 */
export interface Vendor {
  readonly name: VendorName
  readonly capabilities: VendorCapabilities
  readonly rest: VendorRest
  readonly callbacks: VendorCallbacks
  readonly inbound: VendorInbound
  /** One per media connection. */
  openStream(): StreamCodec
}

export type VendorName = 'twilio' | 'telnyx' | 'plivo'

/** Where vendors differ, as data. */
export interface VendorCapabilities {
  /** A second create request with the same key dials nobody, so one whose answer was lost may be sent again. */
  readonly createIsIdempotent: boolean
  /** `stream`: audio is connected only once the callee has answered. `callback`: it may come earlier. */
  readonly answeredBy: 'stream' | 'callback'
  /** How keypad digits reach the callee: as tones in our audio, by a stream message, or by a REST request. */
  readonly digits: 'tones' | 'message' | 'request'
  /** A stream that ends with its call says so first; where it does not, a clean close means the same. */
  readonly saysStop: boolean
  /** Callbacks tell when the phone begins to ring. */
  readonly tellsRinging: boolean
}

/** The ids under which a vendor knows a call. Some name it anew once it rings. */
export interface CallIds {
  /** From the answer to the create request. */
  readonly placed: string | null
  /** From callbacks and the media stream. */
  readonly live: string | null
}

export interface CallOrder {
  readonly to: string
  readonly from: string
  readonly ringTimeoutMs: number
  readonly correlationId: string
  /** A UUID of this attempt: the same in every repetition of its create request. */
  readonly key: string
  readonly urls: CallUrls
}

/** Our addresses for one call, as the vendor reaches them. */
export interface CallUrls {
  /** Asked for instructions once the callee answers. */
  readonly answer: string
  /** Told of progress and end. */
  readonly status: string
  /** `wss:` address of the audio. */
  readonly stream: string
}

export interface VendorRest {
  /** Asks for the account that calls go through: answered with 2xx where the credentials are right. */
  account(): RestRequest
  createCall(order: CallOrder): RestRequest
  /** The new call's id; null when the answer, although 2xx, does not give one. */
  readCreated(answer: RestAnswer): string | null
  /** The vendor's own number for a refusal, e.g. Twilio's 21211; null when it gave none. */
  readErrorCode(answer: RestAnswer): number | null
  /** One for each id by which the vendor may know the call; the first that it acts upon is enough. */
  hangUp(ids: CallIds): readonly RestRequest[]
  /** `gone`: there is no such call any more, or not under this id. */
  readHangUp(answer: RestAnswer): 'ended' | 'gone' | 'unclear'
  /** Null where digits do not go by REST. */
  sendDigits(ids: CallIds, digits: string): RestRequest | null
}

export interface RestRequest {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
}

export interface RestAnswer {
  readonly status: number
  /** Parsed JSON; null when it was none. */
  readonly body: unknown
  /** Seconds, from Retry-After (RFC 9110 section 10.2.3). */
  readonly retryAfterSeconds: number | null
}

/** An HTTP request that a vendor sent to us, before anybody has believed it. */
export interface Callback {
  readonly method: string
  /** The whole public address, as it was given to the vendor. */
  readonly url: string
  /** One header field, its name in lower case. */
  header(name: string): string | null
  /** Byte for byte as received. */
  readonly body: string
}

export interface VendorCallbacks {
  /** Whether the vendor's signature fits. `nowMs`: epoch. */
  isGenuine(callback: Callback, nowMs: number): boolean
  /** Null when it says nothing that concerns a call. */
  read(callback: Callback): CallReport | null
  /** What is answered when the vendor asks for instructions: connect the audio. */
  instructions(urls: CallUrls, correlationId: string): VendorDocument
}

export interface CallReport {
  readonly ids: CallIds
  readonly news: CallNews
}

export type CallNews =
  | { readonly type: 'placed' }
  | { readonly type: 'ringing' }
  | { readonly type: 'answered' }
  | CallEnded

export interface CallEnded {
  readonly type: 'ended'
  readonly callStatus: NetworkStatus
  /** SIP status or the vendor's own number; null when none was given. */
  readonly code: number | null
  readonly by: 'callee' | 'us' | 'line'
  /** In our words, fit to be shown. */
  readonly meaning: string
}

export interface VendorDocument {
  readonly contentType: string
  readonly body: string
}

/** A call from outside to one of our numbers. */
export interface VendorInbound {
  /** Null when the callback does not announce a new call. */
  read(callback: Callback): IncomingReport | null
  accept(ids: CallIds, urls: CallUrls): InboundReply
  refuse(ids: CallIds, why: 'busy' | 'rejected'): InboundReply
}

export interface IncomingReport {
  readonly ids: CallIds
  readonly from: string
  readonly to: string
}

/** What the announcing request is answered with, and what is asked of the vendor by REST besides. */
export interface InboundReply {
  readonly document: VendorDocument | null
  readonly request: RestRequest | null
}

/** Reads and writes the messages of one media connection; remembers the stream's id, which replies must name. */
export interface StreamCodec {
  /** Null: nothing that concerns us. Throws StreamProtocolError for what can not be understood. */
  read(text: string): StreamMessage | null
  media(audio: Uint8Array): string
  mark(name: string): string
  /** Drops what the vendor holds of our audio. */
  clear(): string
  /** Null where digits do not go by the stream. */
  digit(digit: string): string | null
}

export type StreamMessage =
  | { readonly type: 'start'; readonly ids: CallIds; readonly isMulaw: boolean }
  /** `chunk` counts from the vendor's first; null when it does not count. */
  | { readonly type: 'media'; readonly audio: Uint8Array; readonly chunk: number | null }
  | { readonly type: 'digit'; readonly digit: string }
  | { readonly type: 'mark'; readonly name: string }
  | { readonly type: 'error'; readonly detail: string }
  | { readonly type: 'stop' }

/** A message on a media connection that is no message of this vendor. */
export class StreamProtocolError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'StreamProtocolError'
  }
}
