/**
 * The server's side of digest (RFC 3261 §22, RFC 7616): asks who calls for proof, and checks it. Nothing is remembered
 * of those who were asked, however many they are: a nonce carries its time and whom it is for, signed.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { digestResponse, type Credentials } from './digest-response.ts'
import { digestFields, parseAlgorithm, type DigestAlgorithm } from './challenge.ts'

/** How long a caller may take to answer a challenge, in milliseconds. */
const nonceLifeMs = 60_000
/** Past this many proofs within that time the oldest ones could be shown again. */
const maxRemembered = 10_000

/** RFC 8760 §2.3: the one that we like best comes first. */
const offered: readonly DigestAlgorithm[] = ['SHA-256', 'MD5']

export interface GuardedRequest {
  readonly method: string
  /** Ties a nonce to one caller and call: a proof that somebody overheard is of no use elsewhere. */
  readonly callId: string
  readonly source: string
  /** Values of Authorization. */
  readonly authorization: readonly string[]
}

export type Proof =
  /** `stale`: there is a proof, with a nonce that is not, or no more, ours. */
  | { readonly type: 'missing'; readonly stale: boolean }
  | { readonly type: 'wrong' }
  | { readonly type: 'good'; readonly by: Credentials }

export class DigestGuard {
  readonly #realm: string
  readonly #secret = randomBytes(32)
  readonly #clock: () => number
  readonly #used = new Map<string, number>()

  /** `clock`: milliseconds that never go back. */
  constructor(realm: string, clock: () => number) {
    this.#realm = realm
    this.#clock = clock
  }

  /** Values of WWW-Authenticate for a 401. */
  challenges(asked: Pick<GuardedRequest, 'callId' | 'source'>, stale: boolean): string[] {
    const nonce = this.#nonce(asked, Math.floor(this.#clock()))
    const end = stale ? ', stale=true' : ''
    return offered.map(
      algorithm =>
        `Digest realm="${this.#realm}", nonce="${nonce}", algorithm=${algorithm}, qop="auth"${end}`,
    )
  }

  /** Checks a proof against all that its user name may stand for; each proof counts once. */
  check(request: GuardedRequest, known: (username: string) => readonly Credentials[]): Proof {
    const given = request.authorization.map(readAuthorization).find(one => one?.realm === this.#realm)
    if (!given) return { type: 'missing', stale: false }
    const proof = `${given.nonce} ${given.count}`
    if (!this.#isFresh(given.nonce, request) || this.#used.has(proof)) return { type: 'missing', stale: true }
    const by = known(given.username).find(one => isProof(given, request.method, one))
    if (!by) return { type: 'wrong' }
    this.#remember(proof)
    return { type: 'good', by }
  }

  #nonce({ callId, source }: Pick<GuardedRequest, 'callId' | 'source'>, at: number): string {
    const signature = createHmac('sha256', this.#secret)
      .update(`${at} ${source} ${callId}`)
      .digest('base64url')
    return `${at.toString(36)}.${signature}`
  }

  #isFresh(nonce: string, request: GuardedRequest): boolean {
    const at = parseInt(nonce, 36)
    const ageMs = this.#clock() - at
    return ageMs >= 0 && ageMs <= nonceLifeMs && isEqual(nonce, this.#nonce(request, at))
  }

  #remember(proof: string): void {
    const now = this.#clock()
    this.#used.set(proof, now)
    for (const [earlier, at] of this.#used) {
      if (now - at <= nonceLifeMs && this.#used.size <= maxRemembered) return
      this.#used.delete(earlier)
    }
  }
}

interface Authorization {
  readonly username: string
  readonly realm: string
  readonly nonce: string
  readonly uri: string
  readonly response: string
  readonly algorithm: DigestAlgorithm
  readonly session: boolean
  readonly cnonce: string
  readonly count: number
}

/** Undefined for what answers none of our challenges: they all ask for qop `auth`. */
function readAuthorization(value: string): Authorization | undefined {
  const fields = digestFields(value)
  const of = (name: string): string => fields?.get(name) ?? ''
  const algorithm = parseAlgorithm(fields?.get('algorithm') ?? 'MD5')
  const count = /^[0-9a-f]{8}$/i.test(of('nc')) ? parseInt(of('nc'), 16) : 0
  if (!algorithm || !offered.includes(algorithm.algorithm) || of('qop') !== 'auth' || count === 0)
    return undefined
  return {
    username: of('username'),
    realm: of('realm'),
    nonce: of('nonce'),
    uri: of('uri'),
    response: of('response').toLowerCase(),
    cnonce: of('cnonce'),
    count,
    ...algorithm,
  }
}

function isProof(given: Authorization, method: string, credentials: Credentials): boolean {
  const { realm, nonce, algorithm, session, uri, cnonce, count } = given
  const challenge = { realm, nonce, algorithm, session, qop: 'auth', stale: false } as const
  const body = Buffer.alloc(0)
  return isEqual(given.response, digestResponse(challenge, credentials, { method, uri, body, cnonce, count }))
}

/** Takes as long for a near miss as for a far one. */
function isEqual(given: string, right: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(right)]
  return one.length === other.length && timingSafeEqual(one, other)
}
