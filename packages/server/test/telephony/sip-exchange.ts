import { openMediaEngine, type MediaStream } from '@parley/wire/rtp/media-engine'
import { answerOffer } from '@parley/wire/sdp/answer'
import { type IncomingCall, openUserAgent } from '@parley/wire/sip/user-agent'
import { SipCarrier } from '../../src/telephony/sip/sip-carrier.ts'
import type { Callee, Exchange, RingingCall } from './exchange.ts'

const host = '127.0.0.1'
const refusals = { busy: 486, rejected: 603, 'no-answer': 480 } as const
const soon = () => AbortSignal.timeout(10_000)

/** SIP with a user agent of its own as the network and the callee. */
export async function openSipExchange(): Promise<Exchange> {
  await using opening = new AsyncDisposableStack()
  const calls: IncomingCall[] = []
  const awaited: ((call: IncomingCall) => void)[] = []
  const media = opening.use(await openMediaEngine({ host }))
  const far = opening.use(
    await openUserAgent({
      host,
      port: 0,
      name: 'Callee',
      onCall: call => {
        const waiting = awaited.shift()
        if (waiting) waiting(call)
        else calls.push(call)
      },
    }),
  )
  const near = opening.use(await openUserAgent({ host, port: 0, name: 'Parley' }))
  const carrier = new SipCarrier({
    userAgent: near,
    media,
    mediaHost: host,
    trunk: { uri: `sip:${far.host}:${far.port}`, credentials: null, srtp: false },
  })
  const open = opening.move()
  const take = (): Promise<IncomingCall> => {
    const call = calls.shift()
    return call ? Promise.resolve(call) : new Promise(resolve => awaited.push(resolve))
  }
  return {
    carrier,
    to: '+15555550100',
    from: '+15555550199',
    latencyMs: 60,
    tellsRinging: true,
    isLossless: false,
    nextCall: async () => ringingCall(await take(), () => media.openStream(soon())),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

function ringingCall(incoming: IncomingCall, openStream: () => Promise<MediaStream>): RingingCall {
  const over = Promise.withResolvers<void>()
  incoming.cancelled.addEventListener('abort', () => over.resolve())
  return {
    ring: async () => incoming.ring(),
    refuse: async how => incoming.reject(refusals[how]),
    ended: over.promise,
    answer: async () => await pickUp(incoming, { stream: await openStream(), over: over.resolve }),
  }
}

async function pickUp(
  incoming: IncomingCall,
  { stream, over }: { stream: MediaStream; over: () => void },
): Promise<Callee> {
  const answer = answerOffer(incoming.sdp ?? '', { address: { host: stream.host, port: stream.port } })
  const heard: Uint8Array[] = []
  let digits = ''
  stream.onFrame(frame => heard.push(frame.slice()))
  stream.onDigit(digit => {
    digits += digit
  })
  stream.start(answer.media)
  const call = await incoming.accept(answer.sdp, soon())
  call.onEnd(() => {
    over()
    void stream[Symbol.asyncDispose]()
  })
  return {
    heard: () => Buffer.concat(heard),
    digits: () => digits,
    say: audio => stream.write(audio),
    press: keys => void stream.sendDigits(keys, soon()),
    hangUp: () => call.bye(soon()),
  }
}
