import type { SipTrunk } from '../telephony/sip/sip-carrier.ts'
import { type Config, ConfigError } from './config.ts'

/** The settings as the parts want them. */
export function databaseUrl(config: Config): string {
  if (config.DATABASE_URL === undefined)
    throw new ConfigError(['DATABASE_URL: needed by --role api and --role worker'])
  return config.DATABASE_URL
}

export function rtpPorts(config: Config): { portRange?: { min: number; max: number } } {
  const [min, max] = (config.PARLEY_RTP_PORTS ?? '').split('-').map(Number)
  return min && max ? { portRange: { min, max } } : {}
}

export function trunkOf(config: Config): SipTrunk | null {
  if (config.SIP_TRUNK === undefined) return null
  const { SIP_USERNAME: username, SIP_PASSWORD: password } = config
  const credentials = username !== undefined && password !== undefined ? { username, password } : null
  return { uri: config.SIP_TRUNK, credentials }
}
