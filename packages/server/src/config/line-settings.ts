import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import type { CapSettings } from '../domain/account-caps.ts'
import type { PreflightDeps } from '../intake/preflight.ts'
import type { TrunkLimits } from '../store/admission.ts'
import { type CallBus, openNatsBus } from '../store/call-bus.ts'
import type { SipTrunk } from '../telephony/sip/sip-carrier.ts'
import { type Config, ConfigError } from './config.ts'

/** The settings as the parts want them. */
export function databaseUrl(config: Config): string {
  if (config.DATABASE_URL === undefined)
    throw new ConfigError(['DATABASE_URL: needed by --role api and --role worker'])
  return config.DATABASE_URL
}

/** Undefined: the database tells processes of news. */
export function callBus(config: Config, onTrouble: (error: unknown) => void): CallBus | undefined {
  return config.NATS_URL.length === 0 ? undefined : openNatsBus(config.NATS_URL, onTrouble)
}

export function rtpPorts(config: Config): { portRange?: { min: number; max: number } } {
  const [min, max] = (config.PARLEY_RTP_PORTS ?? '').split('-').map(Number)
  return min && max ? { portRange: { min, max } } : {}
}

/** Asked once at start how our address looks from outside. RFC 8489 section 18.7: port 3478 where none is given. */
export function stunServer(config: Config): { stun?: { host: string; port: number } } {
  const [, host, port = '3478'] = /^(.*?)(?::(\d+))?$/.exec(config.PARLEY_SIP_STUN_SERVER ?? '') ?? []
  return host ? { stun: { host, port: Number(port) } } : {}
}

export function trunkOf(config: Config): SipTrunk | null {
  if (config.SIP_TRUNK === undefined) return null
  const { SIP_USERNAME: username, SIP_PASSWORD: password } = config
  const credentials = username !== undefined && password !== undefined ? { username, password } : null
  return { uri: config.SIP_TRUNK, credentials, srtp: config.SIP_TRUNK_SRTP }
}

export function trunkLimits(config: Config): TrunkLimits {
  const { SIP_TRUNK_MAX_CALLS: calls = null, SIP_TRUNK_CALLS_PER_SECOND: perSecond } = config
  return { maxConcurrentCalls: calls, callsPerSecond: perSecond }
}

/** How vendors that stream audio reach this worker; null: they can not. */
export function streamUrl(config: Config): string | null {
  const url = config.PARLEY_STREAM_PUBLIC_URL
  return url?.replaceAll('{port}', String(config.PARLEY_STREAM_PORT)) ?? null
}

/** The port to listen on; a free one where the setting is 0. */
export async function httpPort(config: Config): Promise<number> {
  if (config.PARLEY_HTTP_PORT !== 0) return config.PARLEY_HTTP_PORT
  const probe = createServer().listen(0, config.PARLEY_HTTP_HOST)
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}

/** What every account's calls are judged by. */
export function preflightSettings(config: Config): Omit<PreflightDeps, 'database' | 'sealing'> {
  const { FROM_NUMBER: defaultFromNumber = null, PARLEY_COUNTRIES: homeCountries } = config
  return { defaultFromNumber, homeCountries, defaultCaps: defaultCaps(config) }
}

function defaultCaps(config: Config): CapSettings {
  const calls = config.PARLEY_ACCOUNT_CALLS_TO_NUMBER
  return {
    frequency: calls === null ? null : { maxCalls: calls, hours: 24 },
    minutesBetweenCalls: config.PARLEY_ACCOUNT_MINUTES_BETWEEN_CALLS,
    maxConcurrentCalls: config.PARLEY_ACCOUNT_CONCURRENT_CALLS,
    maxCountriesPerDay: config.PARLEY_ACCOUNT_COUNTRIES_PER_DAY,
  }
}
