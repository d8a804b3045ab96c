import { readFile } from 'node:fs/promises'
import type { GatewayTransport } from '@parley/contract/carriers'
import type { UserAgentOptions } from '@parley/wire/sip/user-agent'
import { type Config, ConfigError } from './config.ts'

/** What carries SIP here: UDP always, TCP and TLS where they have a port. */
export function sipTransports(config: Config): GatewayTransport[] {
  return [
    'udp',
    ...(config.PARLEY_SIP_TCP_PORT === undefined ? [] : ['tcp' as const]),
    ...(config.PARLEY_SIP_TLS_PORT === undefined ? [] : ['tls' as const]),
  ]
}

/** Reads the certificate once, at start. */
export async function streamTransports(config: Config): Promise<Pick<UserAgentOptions, 'tcp' | 'tls'>> {
  const { PARLEY_SIP_TCP_PORT: tcpPort, PARLEY_SIP_TLS_PORT: tlsPort } = config
  return {
    ...(tcpPort === undefined ? {} : { tcp: { port: tcpPort } }),
    ...(tlsPort === undefined ? {} : { tls: { port: tlsPort, ...(await tlsIdentity(config)) } }),
  }
}

async function tlsIdentity(config: Config): Promise<{ key: string; cert: string; ca?: string }> {
  const { PARLEY_SIP_TLS_KEY_FILE: key, PARLEY_SIP_TLS_CERT_FILE: cert, PARLEY_SIP_TLS_CA_FILE: ca } = config
  if (key === undefined || cert === undefined) {
    throw new ConfigError(['PARLEY_SIP_TLS_PORT: needs PARLEY_SIP_TLS_KEY_FILE and PARLEY_SIP_TLS_CERT_FILE'])
  }
  return {
    key: await read('PARLEY_SIP_TLS_KEY_FILE', key),
    cert: await read('PARLEY_SIP_TLS_CERT_FILE', cert),
    ...(ca === undefined ? {} : { ca: await read('PARLEY_SIP_TLS_CA_FILE', ca) }),
  }
}

async function read(setting: string, file: string): Promise<string> {
  return await readFile(file, 'utf8').catch(() => {
    throw new ConfigError([`${setting}: the file can not be read`])
  })
}
