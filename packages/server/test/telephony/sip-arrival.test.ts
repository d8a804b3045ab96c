import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { type MediaEngine, openMediaEngine } from '@parley/wire/rtp/media-engine'
import { openUserAgent, type UserAgent } from '@parley/wire/sip/user-agent'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { SipArrival } from '../../src/telephony/sip/sip-arrival.ts'

/** Calls that come in, as a caller in plain text sees them. */
const host = '127.0.0.1'
let opened: AsyncDisposableStack
let media: MediaEngine
let agent: UserAgent
let arrived: PromiseWithResolvers<SipArrival>

beforeEach(async () => {
  opened = new AsyncDisposableStack()
  arrived = Promise.withResolvers()
  media = opened.use(await openMediaEngine({ host }))
  agent = opened.use(
    await openUserAgent({
      host,
      port: 0,
      name: 'Parley',
      onCall: call => arrived.resolve(new SipArrival(call, { media, mediaHost: host })),
    }),
  )
})
afterEach(() => opened.disposeAsync())

const sdp = (port: number, codec = 0) =>
  `v=0\r\no=- 1 1 IN IP4 ${host}\r\ns=-\r\nc=IN IP4 ${host}\r\nt=0 0\r\nm=audio ${port} RTP/AVP ${codec}\r\n`

class Caller {
  readonly socket: Socket
  readonly #answers: string[] = []
  #toTag = ''

  constructor(socket: Socket) {
    this.socket = socket
    socket.on('message', bytes => {
      const text = bytes.toString()
      this.#answers.push(text)
      this.#toTag = /^To:.*;tag=([^;\s]+)/im.exec(text)?.[1] ?? this.#toTag
      if (text.startsWith('BYE')) this.#send(text.replace(/^BYE[^\r]*/, 'SIP/2.0 200 OK'))
    })
  }

  ask(method: string, body = ''): void {
    const tag = this.#toTag === '' || method === 'CANCEL' ? '' : `;tag=${this.#toTag}`
    const lines = [
      `${method} sip:+18005551234@${host} SIP/2.0`,
      `Via: SIP/2.0/UDP ${host}:${this.socket.address().port};branch=z9hG4bK${method === 'ACK' ? 'ack' : 'one'}`,
      'Max-Forwards: 70',
      `From: <sip:+14155550177@${host}>;tag=caller`,
      `To: <sip:+18005551234@${host}>${tag}`,
      'Call-ID: arrival',
      `CSeq: 1 ${method}`,
      `Contact: <sip:caller@${host}:${this.socket.address().port}>`,
      ...(body === '' ? [] : ['Content-Type: application/sdp']),
      `Content-Length: ${body.length}`,
    ]
    this.#send(`${lines.join('\r\n')}\r\n\r\n${body}`)
  }

  /** The first answer of this status. */
  async answer(status: number): Promise<string> {
    for (;;) {
      const answer = this.#answers.find(text => text.startsWith(`SIP/2.0 ${status}`))
      if (answer !== undefined) return answer
      await once(this.socket, 'message', { signal: AbortSignal.timeout(10_000) })
    }
  }

  #send(text: string): void {
    this.socket.send(text, agent.port, host)
  }
}

async function openSocket(): Promise<Socket> {
  const socket = createSocket('udp4')
  opened.defer(() => void socket.close())
  socket.bind(0, host)
  await once(socket, 'listening')
  return socket
}

test('says who calls whom from where; without an offer it makes one, which the ACK answers', async () => {
  const [caller, rtp] = [new Caller(await openSocket()), await openSocket()]
  caller.ask('INVITE')
  const arrival = await arrived.promise
  expect(arrival).toMatchObject({
    providerCallId: 'arrival',
    to: '+18005551234',
    from: '+14155550177',
    source: host,
  })
  arrival.ring()
  await caller.answer(180)
  const answering = arrival.answer(AbortSignal.timeout(10_000))
  expect(await caller.answer(200)).toContain('m=audio')
  caller.ask('ACK', sdp(rtp.address().port, 8))
  const leg = opened.use(await answering)
  leg.speaker.write(new Uint8Array(8_000).fill(0xff))
  const [packet] = (await once(rtp, 'message', { signal: AbortSignal.timeout(10_000) })) as [Buffer]
  expect((packet[1] ?? 0) & 127).toBe(8)
})

test('an offer without audio that we speak is refused with 488', async () => {
  const caller = new Caller(await openSocket())
  caller.ask('INVITE', sdp(4_000, 3))
  const failing = (await arrived.promise).answer(AbortSignal.timeout(10_000))
  await expect(failing).rejects.toMatchObject({ name: 'DialFailed', code: 488 })
  await caller.answer(488)
})

test('a caller who gives up is told apart', async () => {
  const caller = new Caller(await openSocket())
  caller.ask('INVITE', sdp(4_000))
  const arrival = await arrived.promise
  caller.ask('CANCEL')
  await caller.answer(487)
  await expect(arrival.answer(AbortSignal.timeout(10_000))).rejects.toMatchObject({ callStatus: 'no-answer' })
})

test.each([
  ['forbidden', 403],
  ['unknown', 404],
  ['unprotected', 488],
  ['busy', 486],
  ['unavailable', 503],
] as const)('%s is %i', async (why, status) => {
  const caller = new Caller(await openSocket())
  caller.ask('INVITE', sdp(4_000))
  const arrival = await arrived.promise
  arrival.refuse(why)
  const answer = await caller.answer(status)
  expect(/^Retry-After: *\d+/im.test(answer)).toBe(status === 503 || status === 486)
})
