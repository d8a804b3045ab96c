import { openMediaEngine, type MediaEngine } from '@parley/wire/rtp/media-engine'
import { openUserAgent, type IncomingCall } from '@parley/wire/sip/user-agent'
import { createGate, type Gate } from './challenge.ts'
import { createDeafTransport, type DeafTransport } from './deaf-transport.ts'
import type { Faculties } from './hold-call.ts'
import type { Persona } from './persona.ts'
import type { Note, PersonEvent } from './person-event.ts'
import { createPersonLog, type PersonLog, type WaitFor } from './person-log.ts'
import { takeCall } from './take-call.ts'

export interface PersonOptions {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  /** Who picks up; further numbers may have somebody else. */
  readonly persona: Persona
  readonly byNumber?: ReadonlyMap<string, Persona>
  /** Ears and voice; the person does not close them, since several may share them. */
  readonly faculties: Faculties
  readonly onEvent?: (event: PersonEvent) => void
}

/** Simulated people behind one SIP address: each number its own persona, any number of calls at once. */
export interface Person extends AsyncDisposable {
  readonly sip: { readonly host: string; readonly port: number }
  /** Everything that has happened, oldest first; the oldest go once there are very many. */
  readonly events: readonly PersonEvent[]
  /** The first event, past or to come, that fits. */
  readonly waitFor: WaitFor
}

interface Household {
  readonly options: PersonOptions
  readonly media: MediaEngine
  readonly log: PersonLog
  /** Challenges that are out, by Call-ID: the second INVITE must answer the nonce of the first. */
  readonly gates: Map<string, Gate>
  readonly transport: DeafTransport
  readonly signal: AbortSignal
}

export async function openPerson(options: PersonOptions): Promise<Person> {
  await using opened = new AsyncDisposableStack()
  const closing = new AbortController()
  const log = createPersonLog(options.onEvent)
  const media = opened.use(await openMediaEngine({ host: options.host }))
  const transport = createDeafTransport()
  const household = { options, media, log, transport, gates: new Map<string, Gate>(), signal: closing.signal }
  const talks = new Set<Promise<void>>()
  const userAgent = opened.use(
    await openUserAgent({
      host: options.host,
      port: options.port,
      name: 'Parley rehearsal',
      openTransport: transport.open,
      onCall(incoming) {
        const talk = receive(incoming, household).finally(() => talks.delete(talk))
        talks.add(talk)
      },
    }),
  )
  opened.defer(async () => {
    closing.abort()
    await Promise.allSettled(talks)
  })
  const rest = opened.move()
  return {
    sip: { host: userAgent.host, port: userAgent.port },
    events: log.events,
    waitFor: log.waitFor,
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  }
}

async function receive(incoming: IncomingCall, household: Household): Promise<void> {
  const { options, media, log, transport, signal } = household
  const note: Note = (body, atMs) => log.add(incoming.callId, body, atMs ?? null)
  const dialled = userOf(incoming.requestUri)
  const persona = options.byNumber?.get(dialled) ?? options.persona
  const status = challengeStatus(incoming, persona, household)
  if (status !== null) return note({ event: 'challenged', status })
  const task = {
    persona,
    dialled,
    media,
    faculties: options.faculties,
    log: note,
    vanish: () => transport.ignore(incoming.callId),
  }
  await takeCall(incoming, task, signal).catch((error: unknown) => {
    note({ event: 'trouble', detail: error instanceof Error ? error.message : String(error) })
    incoming.reject(500)
  })
}

/** The status the INVITE was refused with for want of a password; null: it may ring. */
function challengeStatus(
  incoming: IncomingCall,
  { challenge }: Persona,
  { gates }: Household,
): number | null {
  if (!challenge) return null
  const { callId, headers } = incoming
  const gate = gates.get(callId)
  const given = headers.get(challenge.status === 401 ? 'authorization' : 'proxy-authorization')?.[0]
  gates.delete(callId)
  if (gate?.admits('INVITE', given)) return null
  const next = createGate(challenge)
  if (gates.size >= mostChallenges) gates.clear()
  gates.set(callId, next)
  incoming.reject(challenge.status, undefined, { [next.header.name]: next.header.value })
  return challenge.status
}

/** Callers that never answer their challenge must not fill the memory. */
const mostChallenges = 1_000

/** The user part of a SIP or tel URI: the number that was dialled. */
function userOf(uri: string): string {
  const user = /^(?:sips?|tel):([^@;>]*)/i.exec(uri)?.[1] ?? ''
  try {
    return decodeURIComponent(user)
  } catch {
    return user
  }
}
