import { isIP, type Socket } from 'node:net'
import { buildConnector } from 'undici'
import { type AddressRules, isAllowed } from './address-rules.ts'
import { OutgoingFault } from './outgoing-fault.ts'

/** Looks a host name up; several addresses, best first. */
export type Resolve = (hostname: string) => Promise<readonly string[]>

/** Names with many records must not turn one request into a port scan. */
const mostAddresses = 4

interface ConnectorOptions {
  readonly rules: AddressRules
  readonly resolve: Resolve
  /** For one address, in milliseconds. */
  readonly connectTimeoutMs: number
  /** PEM certificates trusted instead of the system's. */
  readonly ca?: string
}

/**
 * Connects sockets for undici. A name is looked up exactly once, every address of it must be allowed, and
 * the socket goes to just these addresses: a name server that answers differently the second time (DNS
 * rebinding) is never asked a second time. Literal addresses take the same way. The name still stands in
 * the Host field, in SNI and in the check of the certificate.
 */
export function guardedConnector(options: ConnectorOptions): buildConnector.connector {
  const trust = options.ca === undefined ? {} : { ca: options.ca }
  const dial = buildConnector({ timeout: options.connectTimeoutMs, allowH2: false, ...trust })
  return (target, callback) => {
    connect(dial, target, options).then(
      socket => callback(null, socket),
      error => callback(error instanceof Error ? error : new Error(String(error)), null),
    )
  }
}

async function connect(
  dial: buildConnector.connector,
  target: buildConnector.Options,
  options: ConnectorOptions,
): Promise<Socket> {
  const hostname = target.hostname.replace(/^\[|\]$/g, '')
  const addresses = await allowedAddresses(hostname, options)
  let failure: unknown
  for (const address of addresses.slice(0, mostAddresses)) {
    try {
      return await dialAddress(dial, withAddress(target, hostname, address))
    } catch (error) {
      failure = error
    }
  }
  throw failure
}

async function allowedAddresses(hostname: string, options: ConnectorOptions): Promise<readonly string[]> {
  const addresses = isIP(hostname) === 0 ? await lookUp(hostname, options.resolve) : [hostname]
  if (addresses.length === 0) throw new OutgoingFault('unreachable', 'the name has no address')
  // One forbidden address spoils the name: a mixture is an attack or a mistake, and either way no webhook.
  if (!addresses.every(address => isAllowed(address, options.rules))) {
    throw new OutgoingFault('refused', 'the address is private, local or reserved')
  }
  return addresses
}

async function lookUp(hostname: string, resolve: Resolve): Promise<readonly string[]> {
  try {
    return await resolve(hostname)
  } catch (error) {
    throw new OutgoingFault('unreachable', 'the name could not be looked up', error)
  }
}

function withAddress(
  target: buildConnector.Options,
  hostname: string,
  address: string,
): buildConnector.Options {
  // Without a server name undici connects plain sockets to the literal as it stands and looks nothing up.
  const { servername: _, ...rest } = target
  const named = target.protocol === 'https:' && isIP(hostname) === 0
  return { ...rest, hostname: address, ...(named ? { servername: hostname } : {}) }
}

function dialAddress(dial: buildConnector.connector, target: buildConnector.Options): Promise<Socket> {
  return new Promise((resolve, reject) => {
    dial(target, (...[error, socket]) => (error === null ? resolve(socket) : reject(error)))
  })
}
