import { ApiError } from '@parley/contract/errors'
import type { FastifyReply } from 'fastify'
import ipaddr from 'ipaddr.js'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'

/** How fast one key may ask, one address without a key, and one address guess keys. Counted in this process. */
export interface RateLimit {
  /** Counts a request and tells the state by the `RateLimit` fields; throws `rate_limited`. */
  spend(keyId: string, reply: FastifyReply): Promise<void>
  /** As `spend`, for whoever shows no key. */
  spendUnknown(address: string, reply: FastifyReply): Promise<void>
  /** Throws `rate_limited` for an address that sent too many wrong keys, links or tokens. */
  refuseGuessing(address: string): Promise<void>
  countGuess(address: string): Promise<void>
}

const guesses = { points: 30, duration: 60 }

export function createRateLimit(o: { requests: number; seconds: number }): RateLimit {
  const limit = { points: o.requests, duration: o.seconds }
  const byKey = new RateLimiterMemory(limit)
  const unknown = new RateLimiterMemory(limit)
  const byAddress = new RateLimiterMemory(guesses)
  const spend = async (limiter: RateLimiterMemory, who: string, reply: FastifyReply) => {
    const state = await limiter.consume(who).catch(asState)
    reply.header('ratelimit-policy', `"default";q=${o.requests};w=${o.seconds}`)
    reply.header('ratelimit', `"default";r=${state.remainingPoints};t=${secondsOf(state)}`)
    if (state.consumedPoints > o.requests) throw tooMany(state)
  }
  return {
    spend: (keyId, reply) => spend(byKey, keyId, reply),
    spendUnknown: (address, reply) => spend(unknown, holderOf(address), reply),
    async refuseGuessing(address) {
      const state = await byAddress.get(holderOf(address))
      if (state !== null && state.consumedPoints > guesses.points) throw tooMany(state)
    },
    async countGuess(address) {
      await byAddress.consume(holderOf(address)).catch(asState)
    },
  }
}

/** How often an account may ask for what costs money with every request. Counted in this process. */
export interface CostLimit {
  /** Throws `rate_limited`. */
  spend(account: string): Promise<void>
}

export function createCostLimit(o: { requests: number; seconds: number }): CostLimit {
  const byAccount = new RateLimiterMemory({ points: o.requests, duration: o.seconds })
  return {
    async spend(account) {
      const state = await byAccount.consume(account).catch(asState)
      if (state.consumedPoints > o.requests) throw tooMany(state)
    },
  }
}

/** Whoever has one address of IPv6 has all of a /64 (RFC 4291, section 2.5.4), and would never come to a limit. */
export function holderOf(address: string): string {
  if (!ipaddr.isValid(address)) return address
  const read = ipaddr.process(address)
  return read instanceof ipaddr.IPv6 ? `${read.parts.slice(0, 4).join(':')}::/64` : read.toString()
}

/** The limiter rejects with its state where the limit is passed. */
function asState(thrown: unknown): RateLimiterRes {
  if (thrown instanceof RateLimiterRes) return thrown
  throw thrown
}

function tooMany(state: RateLimiterRes): ApiError {
  return new ApiError('rate_limited', { retryAfterSeconds: secondsOf(state) })
}

function secondsOf(state: RateLimiterRes): number {
  return Math.max(1, Math.ceil(state.msBeforeNext / 1000))
}
