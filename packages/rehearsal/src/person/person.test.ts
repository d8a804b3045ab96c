import { setTimeout as delay } from 'node:timers/promises'
import { openMediaEngine, type MediaEngine } from '@parley/wire/rtp/media-engine'
import { readAnswer } from '@parley/wire/sdp/answer'
import { createOffer } from '@parley/wire/sdp/offer'
import { InviteFailed, openUserAgent, type UserAgent } from '@parley/wire/sip/user-agent'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lineProfiles, type LineProfile } from '../line/profile.ts'
import { openRelay } from '../line/relay.ts'
import { loadPersona } from './load-persona.ts'
import { openFaculties } from './open-faculties.ts'
import { openPerson, type Person } from './open-person.ts'
import type { CallEnd, PersonEvent } from './person-event.ts'
import { isVoiced } from './receiver-meter.ts'

type Faculties = Awaited<ReturnType<typeof openFaculties>>

let faculties: Faculties
let agent: UserAgent
let media: MediaEngine
let person: Person

const numbers = ['busy', 'rejects', 'no-answer', 'voicemail', 'vanishes', 'hangs-up', 'interrupts', 'silent']
const firstSentence =
  "Hi John Smith, this is Sarah from Bright Dental. I'm calling to confirm your appointment tomorrow at 3:00 PM."

beforeAll(async () => {
  faculties = await openFaculties()
  media = await openMediaEngine({ host: '127.0.0.1' })
  agent = await openUserAgent({ host: '127.0.0.1', port: 0, name: 'test agent' })
  const personas = await Promise.all(numbers.map(async name => [name, await loadPersona(name)] as const))
  const persona = await loadPersona('confirms')
  person = await openPerson({ host: '127.0.0.1', port: 0, persona, byNumber: new Map(personas), faculties })
})

afterAll(async () => {
  await person[Symbol.asyncDispose]()
  await agent[Symbol.asyncDispose]()
  await media[Symbol.asyncDispose]()
  await faculties[Symbol.asyncDispose]()
})

/** Dials a number of the person, over a bad line where a profile is given, and keeps what is heard of them. */
async function dial(number: string, { limitMs = 25_000, profile = lineProfiles.clean as LineProfile } = {}) {
  const signal = AbortSignal.timeout(limitMs)
  const stream = await media.openStream(signal)
  const target = { host: stream.host, port: stream.port }
  const relay = await openRelay({ host: '127.0.0.1', target, profile, seed: 5 })
  const offer = createOffer({ address: { host: relay.host, port: relay.port } })
  const { host, port } = person.sip
  const invite = {
    to: `sip:${number}@${host}:${port}`,
    from: 'sip:agent@127.0.0.1',
    sdp: offer,
    ringTimeoutMs: 2_500,
  }
  try {
    const call = await agent.invite(invite, signal)
    const heard: boolean[] = []
    stream.onFrame(frame => heard.push(isVoiced(frame)))
    const remote = { host: relay.host, port: relay.targetSidePort }
    stream.start({ ...readAnswer(offer, call.remoteSdp), remote })
    const until = (name: PersonEvent['event']): Promise<PersonEvent> =>
      person.waitFor(one => one.call === call.callId && one.event === name, signal)
    const close = async (): Promise<void> => {
      await stream[Symbol.asyncDispose]()
      await relay[Symbol.asyncDispose]()
    }
    return { call, stream, relay, heard, signal, until, [Symbol.asyncDispose]: close }
  } catch (error) {
    await stream[Symbol.asyncDispose]()
    await relay[Symbol.asyncDispose]()
    throw error
  }
}

type Dialled = Awaited<ReturnType<typeof dial>>

async function say({ stream, signal }: Pick<Dialled, 'stream' | 'signal'>, text: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  for await (const { audio } of faculties.mouth.speak(text, { voice: 'alloy' }, signal)) stream.write(audio)
  stream.onMark(name => name === text && resolve())
  stream.mark(text)
  await promise
}

const eventsOf = (callId: string): PersonEvent[] => person.events.filter(({ call }) => call === callId)

describe('on the phone', () => {
  test('hears why the agent calls, confirms in speech, and measures the line', async () => {
    await using line = await dial('+14155551234')
    await say(line, firstSentence)
    const said = await line.until('said')
    expect(said).toMatchObject({ text: 'Yes, that works for me.', interrupting: false })
    await expect.poll(() => line.heard.filter(Boolean).length, { timeout: 5_000 }).toBeGreaterThan(30)
    const heard = eventsOf(line.call.callId).flatMap(one => (one.event === 'heard' ? [one.text] : []))
    expect(heard.join(' ')).toMatch(/appointment|tomorrow|sarah|calling/)
    await delay(1_500)
    const sayingBye = line.stream.positionMs
    await say(line, 'Thank you. Goodbye.')
    await delay(200)
    await line.call.bye(line.signal)
    const ended = (await line.until('ended')) as PersonEvent & CallEnd
    expect(ended).toMatchObject({ by: 'agent' })
    const { reception } = ended
    expect(reception.frames).toBeGreaterThan(sayingBye / 20)
    expect(reception.gapP50Ms).toBeGreaterThan(15)
    expect(reception.gapP50Ms).toBeLessThan(25)
    expect(reception.lost).toBe(0)
    expect(reception.firstVoiceMs).toBeGreaterThan(0)
    expect(reception.lastVoiceToEndMs).toBeGreaterThan(150)
    expect(reception.lastVoiceToEndMs).toBeLessThan(2_000)
  }, 40_000)

  test('understands through a line that loses packets', async () => {
    await using line = await dial('+14155551234', { profile: lineProfiles.lossy5 })
    await say(line, firstSentence)
    await line.until('said')
    await line.call.bye(line.signal)
    const { reception } = (await line.until('ended')) as PersonEvent & CallEnd
    expect(line.relay.towardsClient.dropped).toBeGreaterThan(5)
    expect(reception.lost).toBeGreaterThan(5)
    expect(reception.maxGapMs).toBeGreaterThan(25)
  }, 40_000)

  test('talks into the first sentence', async () => {
    await using line = await dial('interrupts')
    const saying = say(line, firstSentence)
    const said = await line.until('said')
    expect(said).toMatchObject({ interrupting: true, text: 'Sorry, who is this?' })
    expect(line.stream.queuedMs).toBeGreaterThan(1_000)
    line.stream.clear()
    await saying
    await line.call.bye(line.signal)
    await line.until('ended')
  }, 40_000)

  test('a machine greets at length and beeps, whatever is said to it', async () => {
    await using line = await dial('voicemail', { limitMs: 40_000 })
    await line.until('said')
    const beeped = await line.until('beeped')
    expect(beeped.at_ms).toBeGreaterThan(300)
    await expect
      .poll(() => line.heard.filter(Boolean).length * 20, { timeout: 25_000 })
      .toBeGreaterThan(8_000)
    await line.call.bye(line.signal)
    await line.until('ended')
  }, 50_000)

  test('hangs up while the agent speaks', async () => {
    await using line = await dial('hangs-up')
    const gone = Promise.withResolvers<string>()
    line.call.onEnd(({ by }) => gone.resolve(by))
    for await (const { audio } of faculties.mouth.speak(firstSentence, { voice: 'alloy' }, line.signal)) {
      line.stream.write(audio)
    }
    expect(await gone.promise).toBe('remote')
    expect(await line.until('ended')).toMatchObject({ by: 'person', reason: 'hung up' })
  }, 30_000)

  test('vanishes: no packets any more, no BYE, and none is answered', async () => {
    await using line = await dial('vanishes')
    let isOver = false
    line.call.onEnd(() => {
      isOver = true
    })
    await say(line, 'Hello, this is Sarah.')
    await line.until('vanished')
    await delay(300)
    const { received } = line.stream.stats()
    await delay(500)
    expect(line.stream.stats().received).toBe(received)
    expect(isOver).toBe(false)
    const startedMs = performance.now()
    await line.call.bye(AbortSignal.timeout(2_000)).catch(() => undefined)
    expect(performance.now() - startedMs).toBeGreaterThan(1_900)
  }, 40_000)
})

describe('not picking up', () => {
  test.each([
    ['busy', 486],
    ['rejects', 603],
  ])('%s', async (number, status) => {
    const failed = await dial(number).catch((error: unknown) => error)
    expect(failed).toBeInstanceOf(InviteFailed)
    expect(failed).toMatchObject({ status, kind: 'rejected' })
  })

  test('rings until the caller gives up', async () => {
    const failed = await dial('no-answer').catch((error: unknown) => error)
    expect(failed).toMatchObject({ kind: 'ring_timeout' })
    await person.waitFor(one => one.event === 'cancelled', AbortSignal.timeout(3_000))
  })
})

test('asks for a password and takes only the right one', async () => {
  const persona = {
    ...(await loadPersona('silent')),
    challenge: {
      username: 'demo',
      password: 'sesame',
      realm: 'rehearsal',
      algorithm: 'SHA-256',
      status: 407,
    } as const,
  }
  await using guarded = await openPerson({ host: '127.0.0.1', port: 0, persona, faculties })
  const { host, port } = guarded.sip
  const sdp = createOffer({ address: { host: '127.0.0.1', port: 9_998 } })
  const invite = { to: `sip:x@${host}:${port}`, from: 'sip:agent@127.0.0.1', sdp, ringTimeoutMs: 5_000 }
  const signal = AbortSignal.timeout(10_000)
  const wrong = { username: 'demo', password: 'guess' }
  await expect(agent.invite({ ...invite, credentials: wrong }, signal)).rejects.toMatchObject({ status: 407 })
  const right = { username: 'demo', password: 'sesame' }
  await using call = await agent.invite({ ...invite, credentials: right }, signal)
  expect(call.remoteSdp).toMatch(/m=audio/)
})
