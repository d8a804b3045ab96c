import type { Logger } from 'pino'
import { isValidTicket } from '../domain/browser-ticket.ts'
import type { NodeId } from '../domain/ids.ts'
import { type ClaimedCall, claimCall } from '../store/attempts.ts'
import type { Database } from '../store/database.ts'
import { announceBrowserLine } from '../store/nodes.ts'
import { type BrowserLine, openBrowserLine } from '../telephony/browser/browser-line.ts'
import type { Leg } from '../telephony/port.ts'
import type { Config } from './config.ts'
import { readMasterKey } from './secrets.ts'

export interface BrowserCallsDeps {
  readonly database: Database
  readonly nodeId: NodeId
  readonly hasRoom: () => boolean
  /** Holds a call whose caller is on the line already. */
  readonly hold: (call: ClaimedCall, leg: Leg) => void
  readonly log: Logger
}

/** Takes browsers that come to join test calls, and tells the API where. */
export async function openBrowserCalls(config: Config, deps: BrowserCallsDeps): Promise<BrowserLine> {
  const { database, nodeId, hasRoom, hold, log } = deps
  const secret = await readMasterKey(config)
  const line = await openBrowserLine(
    {
      host: config.PARLEY_BROWSER_HOST,
      port: config.PARLEY_BROWSER_PORT,
      allowedOrigins: originsOf(config),
      onTrouble: error => log.warn({ err: error }, 'a browser connection is in trouble'),
    },
    async (callId, ticket) => {
      if (!hasRoom() || !isValidTicket(callId, ticket, { secret, now: Date.now() / 1_000 })) return null
      const call = await claimCall(database, { callId: callId as ClaimedCall['id'], nodeId })
      return typeof call === 'string' ? null : leg => hold(call, leg)
    },
  )
  const own = `ws://${line.host.includes(':') ? `[${line.host}]` : line.host}:${line.port}`
  await announceBrowserLine(database, nodeId, (config.PARLEY_BROWSER_URL ?? own).replace(/\/+$/, ''))
  return line
}

/** Pages of the API's own address may always join. */
function originsOf(config: Config): string[] {
  const own = config.PARLEY_PUBLIC_URL ?? `http://${config.PARLEY_HTTP_HOST}:${config.PARLEY_HTTP_PORT}`
  return [new URL(own).origin, ...config.PARLEY_BROWSER_ORIGINS]
}
