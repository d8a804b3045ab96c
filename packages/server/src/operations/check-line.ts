import { once } from 'node:events'
import { connect } from 'node:net'
import { openUserAgent, type UserAgent } from '@parley/wire/sip/user-agent'
import { sql } from 'kysely'
import type { Config } from '../config/config.ts'
import { stunServer } from '../config/line-settings.ts'
import type { Database } from '../store/database.ts'
import { testByOptions } from '../telephony/sip/options-test.ts'
import { fail, type Finding, ok, reasonOf, warn } from './finding.ts'

/** Checks of what calls leave by. They place no call. */

const waitMs = 5_000

interface Asked {
  readonly name: string
  readonly uri: string
}

/** STUN, the trunk of the settings, and every SIP carrier, by OPTIONS from a free port. */
export async function checkLine(config: Config, database: Database | null): Promise<Finding[]> {
  const asked = [
    ...(config.SIP_TRUNK === undefined ? [] : [{ name: 'SIP_TRUNK', uri: config.SIP_TRUNK }]),
    ...(database === null ? [] : await carriersIn(database).catch(() => [])),
  ]
  const stun = stunServer(config)
  if (asked.length === 0 && stun.stun === undefined)
    return [warn('carriers', 'There is none: set SIP_TRUNK, or add one by POST /v1/phone-numbers/carriers')]
  try {
    const { PARLEY_SIP_HOST: host } = config
    // An open TCP socket lets carriers be asked over TCP, too.
    await using userAgent = await openUserAgent({ host, port: 0, tcp: { port: 0 }, name: 'Parley', ...stun })
    const seen = stun.stun === undefined ? [] : [ok('STUN', `We are seen as ${userAgent.publicHost}`)]
    return [...seen, ...(await Promise.all(asked.map(one => ask(one, userAgent))))]
  } catch (error) {
    return [
      fail(
        'SIP',
        `No socket could be opened or STUN asked (${reasonOf(error)}): look at PARLEY_SIP_HOST, STUN, firewall`,
      ),
    ]
  }
}

async function carriersIn({ kysely }: Database): Promise<Asked[]> {
  const { rows } = await sql<{ carrier_name: string; host: string; port: number; transport: string }>`
    select carrier_name, host, port, transport from carriers
    where kind = 'sip' and host is not null and outbound and transport <> 'tls' order by id limit 50`.execute(
    kysely,
  )
  return rows.map(({ carrier_name: name, host, port, transport }) => ({
    name: `carrier ${name}`,
    uri: `sip:${host.includes(':') ? `[${host}]` : host}:${port}${transport === 'tcp' ? ';transport=tcp' : ''}`,
  }))
}

async function ask({ name, uri }: Asked, userAgent: UserAgent): Promise<Finding> {
  const {
    ok: isThere,
    status,
    round_trip_ms: ms,
    detail,
  } = await testByOptions(userAgent, uri, AbortSignal.timeout(waitMs))
  if (isThere) return ok(name, `answers OPTIONS with ${status} in ${ms} ms`)
  return fail(name, `${detail ?? 'No answer'}${status === null ? '' : ` (${status})`}`)
}

/** A NATS server speaks first (NATS protocol, `INFO`). */
export async function checkNats({ NATS_URL: servers }: Config): Promise<Finding[]> {
  return await Promise.all(
    servers.map(async (server): Promise<Finding> => {
      const { hostname, port } = new URL(server)
      const name = `NATS ${hostname}`
      const socket = connect({ host: hostname, port: Number(port || 4222) })
      try {
        const [first] = (await once(socket, 'data', { signal: AbortSignal.timeout(waitMs) })) as [Buffer]
        if (first.toString('latin1').startsWith('INFO ')) return ok(name, 'answers')
        return fail(name, 'What answers there is no NATS: look at NATS_URL')
      } catch (error) {
        return fail(name, `It can not be reached (${reasonOf(error)}): look at NATS_URL and firewall`)
      } finally {
        socket.destroy()
      }
    }),
  )
}
