import { openMediaEngine } from '@parley/wire/rtp/media-engine'
import { answerOffer } from '@parley/wire/sdp/answer'
import { type IncomingCall, openUserAgent } from '@parley/wire/sip/user-agent'
import { SipCarrier } from '../../packages/server/src/telephony/sip/sip-carrier.ts'
import type { Carrier } from '../../packages/server/src/telephony/port.ts'

const host = '127.0.0.1'
const soon = (): AbortSignal => AbortSignal.timeout(10_000)

/** The callee's end of a line that was answered. */
export interface AnsweredPhone {
  onFrame(listener: (frame: Uint8Array) => void): void
  say(audio: Uint8Array): void
  hangUp(): Promise<void>
  onEnd(listener: () => void): void
}

/** A carrier over SIP and RTP, and the phones behind it. */
export interface Phones extends AsyncDisposable {
  readonly carrier: Carrier
  /** Resolves with the phone of a number once it has been answered, which it is at once. */
  answered(number: string): Promise<AnsweredPhone>
}

export async function openPhones(): Promise<Phones> {
  await using opening = new AsyncDisposableStack()
  const waiting = new Map<string, PromiseWithResolvers<AnsweredPhone>>()
  const farMedia = opening.use(await openMediaEngine({ host }))
  const nearMedia = opening.use(await openMediaEngine({ host }))
  const pickUp = async (incoming: IncomingCall): Promise<AnsweredPhone> => {
    const stream = await farMedia.openStream(soon())
    const { media, sdp } = answerOffer(incoming.sdp ?? '', {
      address: { host: stream.host, port: stream.port },
    })
    stream.start(media)
    const call = await incoming.accept(sdp, soon())
    const ended = Promise.withResolvers<void>()
    call.onEnd(() => {
      ended.resolve()
      void stream[Symbol.asyncDispose]()
    })
    return {
      onFrame: listener => stream.onFrame(listener),
      say: audio => stream.write(audio),
      hangUp: () => call.bye(soon()),
      onEnd: listener => void ended.promise.then(listener),
    }
  }
  const far = opening.use(
    await openUserAgent({
      host,
      port: 0,
      name: 'Callee',
      onCall: incoming => {
        const number = /^sip:([^@;>]*)/iu.exec(incoming.requestUri)?.[1] ?? ''
        const phone = waiting.get(number)
        if (!phone) return incoming.reject(404)
        waiting.delete(number)
        pickUp(incoming).then(phone.resolve, phone.reject)
      },
    }),
  )
  const near = opening.use(await openUserAgent({ host, port: 0, name: 'Parley' }))
  const carrier = new SipCarrier({
    userAgent: near,
    media: nearMedia,
    mediaHost: host,
    trunk: { uri: `sip:${far.host}:${far.port}`, credentials: null, srtp: false },
  })
  const opened = opening.move()
  return {
    carrier,
    answered: number => {
      const phone = Promise.withResolvers<AnsweredPhone>()
      waiting.set(number, phone)
      return phone.promise
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}
