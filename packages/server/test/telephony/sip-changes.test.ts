import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { openMediaEngine } from '@parley/wire/rtp/media-engine'
import { openUserAgent } from '@parley/wire/sip/user-agent'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Leg, LegEvent } from '../../src/telephony/port.ts'
import { SipCarrier } from '../../src/telephony/sip/sip-carrier.ts'

/** A phone in plain text: it answers a call of ours, and then changes its mind in every way there is. */
const host = '127.0.0.1'
const soon = () => AbortSignal.timeout(10_000)
let opened: AsyncDisposableStack

beforeEach(() => {
  opened = new AsyncDisposableStack()
})
afterEach(() => opened.disposeAsync())

async function socket(): Promise<Socket> {
  const made = createSocket('udp4')
  opened.defer(() => new Promise<void>(done => made.close(() => done())))
  made.bind(0, host)
  await once(made, 'listening')
  return made
}

const sdp = (rtpPort: number, o: { codec?: string; direction?: string } = {}) =>
  [
    'v=0',
    `o=phone 1 1 IN IP4 ${host}`,
    's=-',
    `c=IN IP4 ${host}`,
    't=0 0',
    `m=audio ${rtpPort} RTP/AVP ${o.codec ?? 0}`,
    `a=${o.direction ?? 'sendrecv'}`,
    '',
  ].join('\r\n')

const field = (message: string, name: string) =>
  new RegExp(`^${name}: *(.*)\r$`, 'im').exec(message)?.[1] ?? ''

class Phone {
  readonly socket: Socket
  #invite = ''
  #sequence = 1
  #agentPort = 0
  readonly #waiting: ((message: string) => void)[] = []
  readonly #answers: string[] = []

  constructor(own: Socket, rtpPort: number) {
    this.socket = own
    own.on('message', (bytes, from) => {
      const message = bytes.toString()
      this.#agentPort = from.port
      if (message.startsWith('INVITE')) this.#invite = message
      if (message.startsWith('INVITE')) this.#reply(message, sdp(rtpPort))
      else if (message.startsWith('BYE')) this.#reply(message, '')
      else if (message.startsWith('SIP/2.0')) this.#take(message)
    })
  }

  /** Sends a request inside the call, and gives the final answer to it. */
  async ask(method: string, body: string, type = 'application/sdp'): Promise<string> {
    this.#sequence += 1
    this.#request(method, { body, type })
    const answer = this.#answers.shift() ?? (await new Promise<string>(take => this.#waiting.push(take)))
    if (method === 'INVITE') this.#request('ACK', { body: '', type })
    return answer
  }

  #request(method: string, { body, type }: { body: string; type: string }): void {
    const { port } = this.socket.address()
    const lines = [
      `${method} ${field(this.#invite, 'Contact').replace(/[<>]|;.*/g, '')} SIP/2.0`,
      `Via: SIP/2.0/UDP ${host}:${port};branch=z9hG4bK${method}${this.#sequence}`,
      'Max-Forwards: 70',
      `From: ${field(this.#invite, 'To')};tag=phone`,
      `To: ${field(this.#invite, 'From')}`,
      `Call-ID: ${field(this.#invite, 'Call-ID')}`,
      `CSeq: ${this.#sequence} ${method}`,
      `Contact: <sip:phone@${host}:${port}>`,
      ...(body === '' ? [] : [`Content-Type: ${type}`]),
      `Content-Length: ${body.length}`,
    ]
    this.socket.send(`${lines.join('\r\n')}\r\n\r\n${body}`, this.#agentPort, host)
  }

  #reply(request: string, body: string): void {
    const lines = [
      'SIP/2.0 200 OK',
      ...['Via', 'From', 'Call-ID', 'CSeq'].map(name => `${name}: ${field(request, name)}`),
      `To: ${field(request, 'To').replace(/;tag=.*/, '')};tag=phone`,
      `Contact: <sip:phone@${host}:${this.socket.address().port}>`,
      ...(body === '' ? [] : ['Content-Type: application/sdp']),
      `Content-Length: ${body.length}`,
    ]
    this.socket.send(`${lines.join('\r\n')}\r\n\r\n${body}`, this.#agentPort, host)
  }

  #take(answer: string): void {
    if (/^SIP\/2.0 1/.test(answer)) return
    const waiting = this.#waiting.shift()
    if (waiting) waiting(answer)
    else this.#answers.push(answer)
  }
}

async function callTo(phone: Socket): Promise<Leg> {
  const media = opened.use(await openMediaEngine({ host }))
  const userAgent = opened.use(await openUserAgent({ host, port: 0, name: 'Parley' }))
  const trunk = { uri: `sip:${host}:${phone.address().port}`, credentials: null, srtp: false }
  const carrier = new SipCarrier({ userAgent, media, mediaHost: host, trunk })
  const order = { to: '+14155551234', from: null, ringTimeoutMs: 5_000, correlationId: 'x' }
  return opened.use(await carrier.dial({ ...order, onProgress: () => undefined }, soon()))
}

/** The payload type of the next packet that arrives there. */
async function nextPayload(rtp: Socket): Promise<number> {
  const [packet] = (await once(rtp, 'message', { signal: soon() })) as [Buffer]
  return (packet[1] ?? 0) & 127
}

const version = (answer: string) => /^o=\S+ (\d+) (\d+)/m.exec(answer)?.slice(1).map(Number) ?? []

test('hold, resume with another codec at another address, an unusable change, and a refresh', async () => {
  const [own, rtp, otherRtp] = [await socket(), await socket(), await socket()]
  const phone = new Phone(own, rtp.address().port)
  const leg = await callTo(own)
  leg.speaker.write(new Uint8Array(8_000 * 60).fill(0xff))
  expect(await nextPayload(rtp)).toBe(0)

  const held = await phone.ask('INVITE', sdp(rtp.address().port, { direction: 'sendonly' }))
  expect(held).toMatch(/^SIP\/2.0 200/)
  expect(held).toContain('a=recvonly')

  const changed = sdp(otherRtp.address().port, { codec: '8' })
  const resumed = await phone.ask('INVITE', changed)
  expect(resumed).toContain('a=sendrecv')
  expect(await nextPayload(otherRtp)).toBe(8)
  const [session, second = 0] = version(held)
  expect(version(resumed)).toEqual([session, second + 1])

  expect(await phone.ask('INVITE', sdp(9, { codec: '3' }))).toMatch(/^SIP\/2.0 488/)
  const refreshed = await phone.ask('INVITE', changed)
  expect(version(refreshed)).toEqual(version(resumed))
  expect(await nextPayload(otherRtp)).toBe(8)
})

test('keys that come by INFO are digits', async () => {
  const [own, rtp] = [await socket(), await socket()]
  const phone = new Phone(own, rtp.address().port)
  const leg = await callTo(own)
  const events: LegEvent[] = []
  leg.listen(event => events.push(event))
  expect(await phone.ask('INFO', 'Signal=5\r\nDuration=160\r\n', 'application/dtmf-relay')).toMatch(/ 200 /)
  await phone.ask('INFO', '#', 'application/dtmf')
  await phone.ask('INFO', '<xml/>', 'application/media_control+xml')
  expect(events.flatMap(event => (event.type === 'digit' ? [event.digit] : []))).toEqual(['5', '#'])
})
