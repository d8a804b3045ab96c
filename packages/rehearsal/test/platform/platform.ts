import { randomUUID } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CallEvent, TranscriptEntry } from '@parley/contract/events'
import type { CallMode } from '@parley/contract/status'
import { readWav, type Wav } from '@parley/wire/audio/wav-reader'
import { type House, openHouse } from '../../src/demo/open-house.ts'
import { createParleyApi } from '../../src/demo/parley-api.ts'
import type { ReceivedWebhook } from '../../src/demo/webhook-receiver.ts'
import type { PersonEvent } from '../../src/person/person-event.ts'

/** The whole platform in processes of its own, with people to phone. */
export interface Platform extends AsyncDisposable {
  readonly house: House
  readonly dataDir: string
  /** Any request with a key that may read and write calls and register voices. */
  request(method: string, path: string, body?: unknown): Promise<Answer>
  /** Places a call and waits until it is over and everything after it is done. */
  call(number: string, change?: object): Promise<FinishedCall>
  place(number: string, change?: object): Promise<string>
  finished(callId: string): Promise<FinishedCall>
  events(callId: string): AsyncIterable<CallEvent>
  /** What the simulated people have noted so far. */
  personEvents(): Promise<PersonEvent[]>
}

export interface Answer {
  readonly status: number
  readonly body: Record<string, unknown>
}

/** Everything a customer and the callee can know of one call. */
export interface FinishedCall {
  readonly id: string
  readonly call: Record<string, unknown> & { transcript: TranscriptEntry[] }
  readonly events: readonly CallEvent[]
  readonly webhook: ReceivedWebhook
  readonly recording: Wav | null
  /** The callee's own notes of this call. */
  readonly callee: readonly PersonEvent[]
}

export const firstSentence =
  "Hi John Smith, this is Sarah from Bright Dental. I'm calling to confirm your appointment tomorrow at 3:00 PM."

const limitMs = 120_000

/** `people`: who answers at which number; those of the demo where absent. */
export async function openPlatform({ people }: { people?: Record<string, string> } = {}): Promise<Platform> {
  const dataDir = join(tmpdir(), `parley-platform-${randomUUID()}`)
  process.env.PARLEY_RING_TIMEOUT_SECONDS = '6'
  const options = { exit: true, json: false, mode: 'realtime', httpPort: 0, sipPort: 0, dataDir } as const
  const house = await openHouse({ ...options, ...(people && { people }) }, AbortSignal.timeout(limitMs))
  const made = await send(house, { key: house.adminKey }, 'POST', '/v1/api-keys', {
    name: 'platform tests',
    scopes: ['calls:read', 'calls:write', 'voices:write'],
  })
  const key = String(made.body.key)
  const api = createParleyApi(house.baseUrl, key)
  const template = JSON.parse(
    await readFile(new URL('../../src/demo/call-templated.json', import.meta.url), 'utf8'),
  )
  const platform: Platform = {
    house,
    dataDir,
    request: (method, path, body) => send(house, { key }, method, path, body),
    place: (number, change = {}) =>
      api.placeCall(
        { ...template, webhook_url: house.receiver.url, phone_number: number, ...change },
        AbortSignal.timeout(limitMs),
      ),
    call: async (number, change) => platform.finished(await platform.place(number, change)),
    finished: callId => finish(platform, callId),
    events: callId => api.follow(callId, AbortSignal.timeout(limitMs)),
    personEvents: async () => readJsonLines(await readFile(house.personLog, 'utf8')),
    async [Symbol.asyncDispose]() {
      await house[Symbol.asyncDispose]()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
  return platform
}

async function finish(platform: Platform, callId: string): Promise<FinishedCall> {
  const events: CallEvent[] = []
  for await (const event of platform.events(callId)) events.push(event)
  const webhook = await platform.house.receiver.untilReceived(callId, AbortSignal.timeout(30_000))
  const { body } = await platform.request('GET', `/v1/calls/${callId}`)
  const call = body as FinishedCall['call']
  const callee = await notesOf(platform, String(call.external_call_id))
  const file = join(platform.dataDir, 'recordings', `${callId}.wav`)
  const recording = await readFile(file).then(readWav, () => null)
  return { id: callId, call, events, webhook, recording, callee }
}

/** The callee's notes come through a pipe and a file, a moment after the event. */
async function notesOf(platform: Platform, providerCallId: string): Promise<PersonEvent[]> {
  for (let look = 0; ; look += 1) {
    const notes = (await platform.personEvents()).filter(event => event.call === providerCallId)
    const over = notes.some(note => ['ended', 'refused', 'cancelled', 'vanished'].includes(note.event))
    if (over || look === 50) return notes
    await sleep(100)
  }
}

function readJsonLines(text: string): PersonEvent[] {
  return text
    .split('\n')
    .filter(line => line.startsWith('{"call"'))
    .map(line => JSON.parse(line) as PersonEvent)
}

async function send(
  house: House,
  { key }: { key: string },
  ...[method, path, body]: [string, string, unknown?]
): Promise<Answer> {
  const response = await fetch(`${house.baseUrl}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) }
}

/** Places calls so that at most `width` run at once, and gives each result by name. */
export function callsInTurn<Name extends string>(
  width: number,
  calls: Readonly<Record<Name, () => Promise<FinishedCall>>>,
): Record<Name, Promise<FinishedCall>> {
  const waiting: (() => void)[] = []
  let free = width
  const enter = () => {
    if (free > 0) {
      free -= 1
      return Promise.resolve()
    }
    return new Promise<void>(resolve => waiting.push(resolve))
  }
  const leave = () => {
    const next = waiting.shift()
    if (next) next()
    else free += 1
  }
  const started = Object.entries<() => Promise<FinishedCall>>(calls).map(([name, call]) => {
    const result = enter().then(() => call().finally(leave))
    result.catch(() => undefined)
    return [name, result] as const
  })
  return Object.fromEntries(started) as Record<Name, Promise<FinishedCall>>
}

export const modes: readonly CallMode[] = ['realtime', 'legacy']
