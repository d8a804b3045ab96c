import type { MediaEngine } from '@parley/wire/rtp/media-engine'
import { newSrtpKeys } from '@parley/wire/sdp/crypto-line'
import { createOffer } from '@parley/wire/sdp/offer'
import { knownCodecs } from '@parley/wire/sdp/stream-codecs'
import { InviteFailed, type InviteRequest, type UserAgent } from '@parley/wire/sip/user-agent'
import { randomUUID } from 'node:crypto'
import { type Carrier, DialFailed, type DialRequest, type Leg } from '../port.ts'
import { EarlyStream } from './early-stream.ts'
import { dialFailure } from './failures.ts'
import { SipLeg, type Speaks } from './sip-leg.ts'

/** Where calls are sent: a trunk's address (`sip:host:port`) and, where it asks for them, credentials. */
export interface SipTrunk {
  readonly uri: string
  /** With a realm, only its challenges are answered. */
  readonly credentials: { username: string; password: string; realm?: string } | null
  /** Audio is encrypted (SRTP, keys by RFC 4568), or there is no call. */
  readonly srtp: boolean
}

export interface SipCarrierDeps extends Speaks {
  readonly userAgent: UserAgent
  readonly media: MediaEngine
  /** Null: only `sip:` URIs can be dialled. */
  readonly trunk: SipTrunk | null
}

/** Dials over SIP (RFC 3261) with RTP on a port of its own per call. */
export class SipCarrier implements Carrier {
  readonly #deps: SipCarrierDeps

  constructor(deps: SipCarrierDeps) {
    this.#deps = deps
  }

  async dial(request: DialRequest, signal: AbortSignal): Promise<Leg> {
    const { userAgent, media, mediaHost, codecs = knownCodecs } = this.#deps
    const stream = await media.openStream(signal)
    try {
      const offer = createOffer({
        address: { host: mediaHost, port: stream.port },
        codecs,
        ...(this.#isProtected(request) ? { srtp: newSrtpKeys() } : {}),
      })
      const early = new EarlyStream(stream, offer, request)
      const invite = this.#inviteFor(request, offer, early)
      request.leaving?.()
      request.onProgress({ type: 'placed', providerCallId: invite.callId ?? '' })
      const answered = await userAgent.invite(invite, signal)
      try {
        early.answered(answered.remoteSdp)
      } catch (cause) {
        await answered.bye(AbortSignal.timeout(byeDeadlineMs))
        throw new DialFailed('failed', {
          message: 'The carrier answered with unusable media',
          code: null,
          cause,
        })
      }
      return new SipLeg(answered, stream, { mediaHost, codecs, answeredAtMs: early.answeredAtMs })
    } catch (error) {
      await stream[Symbol.asyncDispose]()
      throw error instanceof InviteFailed ? dialFailure(error) : error
    }
  }

  #isProtected({ to }: DialRequest): boolean {
    return !to.startsWith('sip:') && this.#deps.trunk?.srtp === true
  }

  #inviteFor(request: DialRequest, sdp: string, early: EarlyStream): InviteRequest {
    const { trunk, userAgent } = this.#deps
    const isDirect = request.to.startsWith('sip:')
    const toUri = targetOf(request.to, trunk)
    const domain = trunk ? domainOf(trunk.uri) : `${userAgent.host}:${userAgent.port}`
    // A trunk's password is for the trunk: whoever else is called could ask for it and guess it at leisure.
    const credentials = isDirect ? null : (trunk?.credentials ?? null)
    return {
      to: toUri,
      from: `sip:${request.from ?? 'anonymous'}@${domain}`,
      callId: randomUUID(),
      sdp,
      ringTimeoutMs: request.ringTimeoutMs,
      headers: { 'X-Parley-Call-Id': request.correlationId },
      ...(credentials ? { credentials } : {}),
      ...(request.firstAnswerTimeoutMs === undefined
        ? {}
        : { firstAnswerTimeoutMs: request.firstAnswerTimeoutMs }),
      onProgress: progress => {
        if (progress.sdp !== undefined) early.described(progress.sdp)
        if (progress.status >= 180)
          request.onProgress({ type: 'ringing', earlyMedia: progress.sdp !== undefined })
      },
    }
  }
}

const byeDeadlineMs = 5_000

function targetOf(to: string, trunk: SipTrunk | null): string {
  if (to.startsWith('sip:')) return to
  if (trunk === null)
    throw new DialFailed('failed', { message: 'No carrier is configured: set SIP_TRUNK', code: null })
  return `sip:${to}@${authority(trunk.uri)}`
}

/** `sip:host:port;transport=tcp` as host, port and what else says where to go. */
function authority(uri: string): string {
  return uri.replace(/^sip:/, '')
}

function domainOf(uri: string): string {
  return authority(uri).replace(/;.*$/, '')
}
