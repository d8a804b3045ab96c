import { answerOffer } from '@parley/wire/sdp/answer'
import type { Codec, NegotiatedMedia } from '@parley/wire/sdp/negotiated-media'
import { SdpError } from '@parley/wire/sdp/sdp-error'

/** Whether a description has audio over SRTP (RFC 4568). */
export function isProtected(sdp: string): boolean {
  return /^m=audio [1-9]\d* RTP\/SAVPF? /m.test(sdp)
}

/**
 * Answers an offer that changes a call (RFC 3264 section 8): hold, resume, another codec, another address. The
 * answer is the same session of ours, one version on where it says anything new; an unchanged one repeats it
 * word for word, as a session refresh wants.
 */
export function renegotiate(
  offer: string,
  ours: { localSdp: string; address: { host: string; port: number }; codecs: readonly Codec[] },
): { sdp: string; media: NegotiatedMedia } {
  const { sessionId, sessionVersion } = originOf(ours.localSdp)
  const { address, localSdp, codecs } = ours
  const origin = { address, localSdp, codecs, ...(sessionId === undefined ? {} : { sessionId }) }
  // A call that is encrypted stays so, whoever asks for something else.
  if (isProtected(localSdp) && !isProtected(offer))
    throw new SdpError('no_audio', 'offer would end the encryption of the call')
  const same = answerOffer(offer, { ...origin, sessionVersion })
  if (same.sdp === localSdp) return same
  return answerOffer(offer, { ...origin, sessionVersion: sessionVersion + 1 })
}

function originOf(sdp: string): { sessionId?: string; sessionVersion: number } {
  const [, sessionId, version] = /^o=\S+ (\d{1,19}) (\d{1,15}) /m.exec(sdp) ?? []
  return sessionId === undefined ? { sessionVersion: 0 } : { sessionId, sessionVersion: Number(version) }
}
