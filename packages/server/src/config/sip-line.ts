import { setTimeout as sleep } from 'node:timers/promises'
import { type MediaEngine, openMediaEngine } from '@parley/wire/rtp/media-engine'
import type { Protection } from '@parley/wire/sip/protection/source-filter'
import { openUserAgent, type IncomingCall, type UserAgent } from '@parley/wire/sip/user-agent'
import type { Logger } from 'pino'
import type { Database } from '../store/database.ts'
import type { Sealing } from '../store/sealing.ts'
import type { Speaks } from '../telephony/sip/sip-leg.ts'
import type { Config } from './config.ts'
import { InboundScreen } from './inbound-screen.ts'
import { rtpPorts, stunServer } from './line-settings.ts'
import { streamTransports } from './sip-transports.ts'

/** Who takes calls that come in by SIP; null until the worker is up. */
export interface Reception {
  open: ((call: IncomingCall) => void) | null
}

export interface SipLineParts {
  readonly database: Database
  readonly sealing: Sealing
  readonly log: Logger
  readonly reception: Reception
  /** False while draining, or with as many calls as this worker carries. */
  readonly acceptsCalls: () => boolean
}

/** SIP and media of one worker. */
export interface SipLine extends AsyncDisposable, Required<Speaks> {
  readonly userAgent: UserAgent
  readonly media: MediaEngine
  readonly screen: InboundScreen
}

/** A new carrier is known to the packet filter this soon; its first INVITE is sent again until then. */
const learnEveryMs = 2_000

export async function openSipLine(config: Config, parts: SipLineParts): Promise<SipLine> {
  const { PARLEY_SIP_HOST: host, PARLEY_SIP_PORT: port, PARLEY_SIP_ADVERTISED_HOST: advertisedHost } = config
  const { reception, acceptsCalls, log } = parts
  await using starting = new AsyncDisposableStack()
  const screen = openScreen(config, parts)
  const learning = new AbortController()
  starting.defer(() => learning.abort())
  await screen.learn()
  void keepLearning(screen, { signal: learning.signal, log })
  const media = starting.use(await openMediaEngine({ host, ...rtpPorts(config) }))
  const userAgent = starting.use(
    await openUserAgent({
      host,
      port,
      name: 'Parley',
      acceptsCalls: () => reception.open !== null && acceptsCalls(),
      onCall: call => reception.open?.(call),
      protection: protectionOf(config, screen),
      ...(advertisedHost === undefined ? {} : { advertisedHost }),
      ...stunServer(config),
      ...proxyOf(config),
      ...(await streamTransports(config)),
      onFault: error => log.warn({ err: error }, 'SIP trouble that ended no call'),
    }),
  )
  const running = starting.move()
  return {
    userAgent,
    media,
    mediaHost: userAgent.publicHost,
    codecs: config.PARLEY_CODECS,
    screen,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

function openScreen(config: Config, { database, sealing, log }: SipLineParts): InboundScreen {
  const { SIP_TRUNK: trunk, PARLEY_SIP_OUTBOUND_PROXY: proxy } = config
  return new InboundScreen({
    database,
    sealing,
    settingsUris: [trunk, proxy].flatMap(uri => uri ?? []),
    onTrouble: error => log.warn({ err: error }, 'a carrier can not be asked for proof'),
  })
}

/** While the database is away, those who were known stay known. */
async function keepLearning(
  screen: InboundScreen,
  { signal, log }: { signal: AbortSignal; log: Logger },
): Promise<void> {
  while (!signal.aborted) {
    await sleep(learnEveryMs, undefined, { signal }).catch(() => undefined)
    if (signal.aborted) return
    await screen
      .learn()
      .catch((error: unknown) => log.warn({ err: error }, 'the carriers can not be read now'))
  }
}

/** Who may speak SIP to this server at all, and how fast. */
export function protectionOf(
  config: Pick<Config, 'PARLEY_SIP_ALLOW' | 'PARLEY_SIP_PACKETS_PER_SECOND'>,
  { knows }: Pick<InboundScreen, 'knows'>,
): Protection {
  const { PARLEY_SIP_ALLOW: allow, PARLEY_SIP_PACKETS_PER_SECOND: strangerPacketsPerSecond } = config
  const networks = allow.filter(entry => entry !== onlyCarriers)
  return { knows, strangerPacketsPerSecond, ...(allow.length === 0 ? {} : { allow: networks }) }
}

/** In the list of who may send SIP: nobody else. */
const onlyCarriers = 'carriers'

function proxyOf({ PARLEY_SIP_OUTBOUND_PROXY: outboundProxy }: Config): { outboundProxy?: string } {
  return outboundProxy === undefined ? {} : { outboundProxy }
}
