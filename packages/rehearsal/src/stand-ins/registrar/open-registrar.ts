import { createSocket, type RemoteInfo } from 'node:dgram'
import { once } from 'node:events'
import { type Answer, buildResponse } from '@parley/wire/sip/build-response'
import { DigestGuard } from '@parley/wire/sip/digest/digest-guard'
import type { ReceivedRequest } from '@parley/wire/sip/message'
import { parseNameAddress } from '@parley/wire/sip/name-address'
import { parseMessage } from '@parley/wire/sip/parse-message'
import { serializeMessage } from '@parley/wire/sip/serialize-message'

export interface RegistrarOptions {
  readonly username: string
  readonly password: string
  readonly realm?: string
  /** What a binding is granted at most, in seconds. */
  readonly expiresSeconds?: number
}

/** A carrier's registrar over UDP (RFC 3261 section 10.3): asks for digest, keeps bindings. */
export interface Registrar extends AsyncDisposable {
  readonly port: number
  /** Contact URIs that calls of the account go to now, oldest first. */
  readonly bindings: readonly string[]
  /** REGISTER requests that it granted so far. */
  readonly granted: number
  /** Answered to everything from now on, e.g. 503; null: as it should be. */
  refuseWith(status: number | null): void
}

const testHost = '127.0.0.1'

export async function openRegistrar(options: RegistrarOptions): Promise<Registrar> {
  const socket = createSocket('udp4')
  const { username, password, realm = 'registrar', expiresSeconds = 300 } = options
  const guard = new DigestGuard(realm, () => performance.now())
  const bindings = new Map<string, number>()
  let refusal: number | null = null
  let granted = 0

  const answerTo = (request: ReceivedRequest): Answer => {
    if (refusal !== null) return { status: refusal }
    if (request.method !== 'REGISTER') return { status: 405 }
    const asked = {
      method: request.method,
      callId: request.envelope.callId,
      source: testHost,
      authorization: request.headers.all('Authorization'),
    }
    const proof = guard.check(asked, name => (name === username ? [{ username, password }] : []))
    if (proof.type === 'wrong') return { status: 403 }
    if (proof.type === 'missing') {
      const challenges = guard.challenges(asked, proof.stale)
      return { status: 401, headers: challenges.map(one => ['WWW-Authenticate', one] as const) }
    }
    granted += 1
    bind(bindings, { request, expiresSeconds })
    const now = Date.now()
    const contacts = [...bindings].map(
      ([uri, until]) => `<${uri}>;expires=${Math.ceil((until - now) / 1_000)}`,
    )
    return { status: 200, headers: contacts.map(one => ['Contact', one] as const) }
  }

  socket.on('message', (bytes: Buffer, from: RemoteInfo) => {
    const message = parseMessage(bytes)
    if (message.kind === 'response') return
    socket.send(
      serializeMessage(buildResponse(message, 'registrar', answerTo(message))),
      from.port,
      from.address,
    )
  })
  socket.bind(0, testHost)
  await once(socket, 'listening')
  return {
    port: socket.address().port,
    get bindings() {
      return [...bindings.keys()]
    },
    get granted() {
      return granted
    },
    refuseWith: status => {
      refusal = status
    },
    async [Symbol.asyncDispose]() {
      socket.close()
      await once(socket, 'close')
    },
  }
}

function bind(
  bindings: Map<string, number>,
  { request, expiresSeconds }: { request: ReceivedRequest; expiresSeconds: number },
): void {
  const usual = Number(request.headers.get('Expires') ?? expiresSeconds)
  for (const contact of request.headers.list('Contact')) {
    const { uri, parameters } = parseNameAddress(contact)
    const seconds = Math.min(Number(parameters.get('expires') ?? usual), expiresSeconds)
    if (seconds === 0) bindings.delete(uri)
    else bindings.set(uri, Date.now() + seconds * 1_000)
  }
}
