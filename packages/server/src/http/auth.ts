import { BlockList, isIP, isIPv6 } from 'node:net'
import type { Scope } from '@parley/contract/api-keys'
import { ApiError } from '@parley/contract/errors'
import type {
  FastifyReply,
  FastifyRequest,
  onRequestAsyncHookHandler,
  onResponseAsyncHookHandler,
} from 'fastify'
import { findKeyHolder, type KeyHolder } from '../store/api-keys.ts'
import type { Database } from '../store/database.ts'
import type { RateLimit } from './rate-limit.ts'

/**
 * Who may use a route: everybody, whoever holds a key, or a key with a scope. A route that says nothing is
 * closed to all, so that forgetting it shows at once.
 */
export type Access = 'public' | 'any-key' | Scope

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access
    /** A signed link opens it, too; the route checks the link by itself. */
    opensBySignedLink?: boolean
    /** A token in the query opens it, too; the route checks it by itself. */
    opensByToken?: boolean
    /** A POST that only looks something up: it takes no Idempotency-Key. */
    readsOnly?: boolean
    /** Probes ask for it all the time: it counts against no limit. */
    isProbed?: boolean
    /** Not to be had while the process is about to end. */
    closedWhileDraining?: boolean
  }
  interface FastifyRequest {
    holder: KeyHolder | null
  }
}

export function authenticate(deps: { database: Database; limit: RateLimit }): onRequestAsyncHookHandler {
  return async (request, reply) => {
    const { access, isProbed } = request.routeOptions.config
    if (access === 'public' && isProbed) return
    const isOpen = request.is404 || access === 'public'
    if (isOpen || request.headers.authorization === undefined)
      await deps.limit.spendUnknown(request.ip, reply)
    if (isOpen) return
    if (access === undefined) throw new Error(`The route ${request.routeOptions.url} says not who may use it`)
    if (isOpenedOtherwise(request)) return await deps.limit.refuseGuessing(request.ip)
    const holder = await holderOf(request, deps)
    await deps.limit.spend(holder.keyId, reply)
    if (access !== 'any-key' && !holder.scopes.includes(access)) throw lacking(access)
    request.holder = holder
  }
}

/** For what a body asks beyond the scope of its route. Throws ApiError `insufficient_scope`. */
export function demandScope(request: FastifyRequest, scope: Scope): void {
  if (!holderIn(request).scopes.includes(scope)) throw lacking(scope)
}

/** A link or token that opened nothing is a guess, as a key is. */
export function countWrongTokens(limit: RateLimit): onResponseAsyncHookHandler {
  return async (request, { statusCode }: FastifyReply) => {
    if ((statusCode === 401 || statusCode === 403) && isOpenedOtherwise(request))
      await limit.countGuess(request.ip)
  }
}

/** The holder of the key, on routes that ask for one. */
export function holderIn(request: FastifyRequest): KeyHolder {
  if (request.holder === null) throw new Error('a route without access control asked who the holder is')
  return request.holder
}

async function holderOf(
  request: FastifyRequest,
  { database, limit }: { database: Database; limit: RateLimit },
): Promise<KeyHolder> {
  const key = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (key === undefined) {
    throw new ApiError('unauthorized', { detail: 'Send the API key as "Authorization: Bearer pk_live_…"' })
  }
  await limit.refuseGuessing(request.ip)
  const holder = await findKeyHolder(database, key)
  if (holder === null) {
    await limit.countGuess(request.ip)
    throw new ApiError('unauthorized', { detail: 'The API key is unknown, expired or revoked' })
  }
  if (!isAllowedFrom(request.ip, holder.allowedIps)) {
    throw new ApiError('address_not_allowed', { detail: 'The API key may not be used from this address' })
  }
  return holder
}

function lacking(scope: Scope): ApiError {
  return new ApiError('insufficient_scope', {
    detail: `The API key lacks the scope ${scope}`,
    required_scope: scope,
  })
}

/** By what stands in the query, where the route looks at that itself. */
function isOpenedOtherwise({ headers, query, routeOptions: { config } }: FastifyRequest): boolean {
  if (headers.authorization !== undefined || typeof query !== 'object' || query === null) return false
  return (
    (config.opensBySignedLink === true && 'signature' in query) ||
    (config.opensByToken === true && 'token' in query)
  )
}

/** An empty list allows every address. IPv4 addresses count as themselves also when mapped into IPv6. */
export function isAllowedFrom(address: string, allowed: readonly string[]): boolean {
  if (allowed.length === 0) return true
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '')
  if (isIP(plain) === 0) return false
  const list = new BlockList()
  for (const entry of allowed) {
    const [network = '', bits] = entry.split('/')
    const family = isIPv6(network) ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(network, family)
    else list.addSubnet(network, Number(bits), family)
  }
  return list.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4')
}
