import { randomBytes } from 'node:crypto'
import type { SipRequest, SipResponse } from '../message.ts'
import { parseChallenge, type Challenge } from './challenge.ts'
import { authorizationValue, type Credentials } from './digest-response.ts'

/** A server that keeps challenging is refused in the end, however fresh its nonces. */
const maxRounds = 5

const headerPairs = [
  { asks: 'WWW-Authenticate', answers: 'Authorization' },
  { asks: 'Proxy-Authenticate', answers: 'Proxy-Authorization' },
] as const

interface KnownChallenge {
  readonly answers: 'Authorization' | 'Proxy-Authorization'
  readonly challenge: Challenge
  count: number
}

/**
 * The nonces of one call. What was learned from INVITE authorises BYE and re-INVITE without another round trip
 * (RFC 7616 §3.4: nc counts the uses of a nonce).
 */
export class DigestSession {
  readonly #credentials: Credentials
  readonly #known = new Map<string, KnownChallenge>()
  /** Realms whose current nonce came in answer to the request at hand: refusing that one means a wrong password. */
  readonly #answered = new Set<string>()
  #rounds = 0

  constructor(credentials: Credentials) {
    this.#credentials = credentials
  }

  /** Call before each new request (not before its repetitions with credentials). */
  begin(): void {
    this.#answered.clear()
    this.#rounds = 0
  }

  /** Learns the challenges of a 401 or 407. False when sending again cannot help. */
  learn(response: SipResponse): boolean {
    this.#rounds += 1
    if (this.#rounds > maxRounds) return false
    let useful = false
    for (const { asks, answers } of headerPairs) {
      for (const challenge of preferred(response.headers.all(asks), this.#credentials)) {
        useful = this.#take(`${answers} ${challenge.realm}`, { answers, challenge, count: 0 }) || useful
      }
    }
    return useful
  }

  /** Adds to a request what its servers want to see; replaces what an earlier try carried. */
  authorize(request: SipRequest): void {
    for (const { answers } of headerPairs) request.headers.remove(answers)
    for (const known of this.#known.values()) {
      known.count += 1
      const { method, uri, body } = request
      const input = { method, uri, body, cnonce: randomBytes(12).toString('hex'), count: known.count }
      request.headers.append(known.answers, authorizationValue(known.challenge, this.#credentials, input))
    }
  }

  #take(key: string, known: KnownChallenge): boolean {
    const refused = this.#answered.has(key) && !known.challenge.stale
    this.#answered.add(key)
    this.#known.set(key, known)
    return !refused
  }
}

/** RFC 8760 §2.4: of several challenges for one realm the topmost that we support is meant. */
function preferred(values: readonly string[], credentials: Credentials): Challenge[] {
  const byRealm = new Map<string, Challenge>()
  for (const value of values.flatMap(splitChallenges)) {
    const challenge = parseChallenge(value)
    if (!challenge || byRealm.has(challenge.realm)) continue
    if (credentials.realm === undefined || credentials.realm === challenge.realm)
      byRealm.set(challenge.realm, challenge)
  }
  return [...byRealm.values()]
}

/** Some servers put several challenges into one field, against RFC 3261 §7.3.1. */
const splitChallenges = (value: string): string[] => value.split(/,(?=\s*Digest\s)/i)
