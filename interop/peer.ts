import { openMediaEngine, type MediaEngine, type MediaStream } from '@parley/wire/rtp/media-engine'
import { answerOffer, readAnswer } from '@parley/wire/sdp/answer'
import { SdpError } from '@parley/wire/sdp/sdp-error'
import { createOffer, type OfferOptions } from '@parley/wire/sdp/offer'
import {
  openUserAgent,
  TransactionFailed,
  type AnsweredCall,
  type CallEnd,
  type IncomingCall,
  type InviteRequest,
  type UserAgent,
  type UserAgentOptions,
} from '@parley/wire/sip/user-agent'

export const host = '127.0.0.1'
/** Shorter than the real timers: time-outs take 13 s and not 32. */
const timings = { t1Ms: 200, t2Ms: 1_600, t4Ms: 1_000 }
const noMedia = { host, port: 40_000 }
const ringTimeoutMs = 10_000
const patienceMs = 20_000

export interface PeerOptions extends Partial<UserAgentOptions> {
  /** What SIPp's scenario does not look at needs no sockets for audio. */
  readonly withMedia?: boolean
  /** What its offers hold beside the address. */
  readonly offer?: Omit<OfferOptions, 'address'>
}

/** A message by its first line. */
interface Traced {
  readonly direction: 'sent' | 'received'
  readonly start: string
}

/** Our user agent as a program that others can phone with: it calls, answers, holds, and hears keys. */
export class Peer implements AsyncDisposable {
  readonly agent: UserAgent
  readonly faults: unknown[] = []
  readonly #engine: MediaEngine | undefined
  readonly #offer: Omit<OfferOptions, 'address'>
  readonly #traced: readonly Traced[]

  static async open({ withMedia = false, offer = {}, ...options }: PeerOptions = {}): Promise<Peer> {
    const traced: Traced[] = []
    const faults: unknown[] = []
    const agent = await openUserAgent({
      host,
      port: 0,
      name: 'parley-interop',
      timings,
      onFault: fault => isForeign(fault) || faults.push(fault),
      onTrace: ({ direction, text }) =>
        traced.push({ direction, start: text.slice(0, text.indexOf('\r\n')) }),
      ...options,
    })
    try {
      const engine = withMedia ? await openMediaEngine({ host }) : undefined
      return new Peer({ agent, engine, offer, traced, faults })
    } catch (error) {
      await agent[Symbol.asyncDispose]()
      throw error
    }
  }

  constructor(parts: {
    agent: UserAgent
    engine: MediaEngine | undefined
    offer: Omit<OfferOptions, 'address'>
    traced: Traced[]
    faults: unknown[]
  }) {
    this.agent = parts.agent
    this.faults = parts.faults
    this.#engine = parts.engine
    this.#offer = parts.offer
    this.#traced = parts.traced
  }

  /** How many of our messages began so: `INVITE` or `SIP/2.0 200`. */
  sent(start: string): number {
    return this.#traced.filter(one => one.direction === 'sent' && one.start.startsWith(start)).length
  }

  received(start: string): number {
    return this.#traced.filter(one => one.direction === 'received' && one.start.startsWith(start)).length
  }

  async call(port: number, more: Partial<InviteRequest> = {}, signal = soon()): Promise<PhoneCall> {
    const stream = await this.#engine?.openStream(signal)
    const sdp = createOffer({ address: stream ?? noMedia, ...this.#offer })
    const transport = this.agent.ports.tcp === undefined ? '' : ';transport=tcp'
    const order = {
      to: `sip:bob@${host}:${port}${transport}`,
      from: `sip:alice@${host}`,
      sdp,
      ringTimeoutMs,
      ...more,
    }
    try {
      const answered = await this.agent.invite(order, signal)
      stream?.start(readAnswer(sdp, answered.remoteSdp))
      return new PhoneCall(answered, stream)
    } catch (error) {
      await stream?.[Symbol.asyncDispose]()
      throw error
    }
  }

  async answer(incoming: IncomingCall): Promise<PhoneCall> {
    const stream = await this.#engine?.openStream(soon())
    const address = stream ?? noMedia
    try {
      const agreed = incoming.sdp === undefined ? undefined : answerOffer(incoming.sdp, { address })
      const line = await incoming.accept(agreed?.sdp ?? createOffer({ address, ...this.#offer }))
      if (agreed) stream?.start(agreed.media)
      return new PhoneCall(line, stream)
    } catch (error) {
      await stream?.[Symbol.asyncDispose]()
      throw error
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.agent[Symbol.asyncDispose]()
    await this.#engine?.[Symbol.asyncDispose]()
  }
}

/** Silence of the other side and offers that cannot be taken are what some flows are about, and no faults of ours. */
const isForeign = (fault: unknown): boolean => fault instanceof TransactionFailed || fault instanceof SdpError

/** One call of the peer. It answers every change that leaves a codec in common. */
export class PhoneCall implements AsyncDisposable {
  readonly line: AnsweredCall
  readonly stream: MediaStream | undefined
  readonly ended: Promise<CallEnd>
  readonly digits: string[] = []
  readonly infos: string[] = []

  constructor(line: AnsweredCall, stream: MediaStream | undefined) {
    this.line = line
    this.stream = stream
    this.ended = new Promise(resolve => line.onEnd(resolve))
    let sessionVersion = 1
    line.onReinvite(offer => {
      const { sdp, media } = answerOffer(offer, {
        address: stream ?? noMedia,
        sessionVersion: ++sessionVersion,
      })
      stream?.start(media)
      return sdp
    })
    line.onInfo(({ body }) => this.infos.push(body))
    stream?.onDigit(digit => this.digits.push(digit))
  }

  async hangUp(): Promise<void> {
    await this.line.bye(soon())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.line[Symbol.asyncDispose]()
    await this.stream?.[Symbol.asyncDispose]()
  }
}

export const soon = (): AbortSignal => AbortSignal.timeout(patienceMs)
