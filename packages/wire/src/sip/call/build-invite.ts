import { SipHeaders } from '../headers.ts'
import type { SipRequest } from '../message.ts'
import { formatNameAddress, parseNameAddress } from '../name-address.ts'
import { parseSipUri, routeTo } from '../uri.ts'
import { dialogHeaders, withSdp, type AgentContext } from './agent-context.ts'
import type { Hop } from '../transport.ts'
import type { SessionLimits } from './session-timer.ts'
import type { InviteRequest } from './invite-request.ts'

/** Fields that the dialog owns; an application that set them would break its own call. */
const reserved = new Set(
  [
    'Via',
    'From',
    'To',
    'Call-ID',
    'CSeq',
    'Contact',
    'Max-Forwards',
    'Route',
    'Record-Route',
    'Content-Length',
    'Content-Type',
  ].map(name => name.toLowerCase()),
)

export interface InviteIdentity {
  readonly callId: string
  readonly tag: string
  readonly sequence: number
  readonly hop: Hop
  readonly session: SessionLimits
}

/** The INVITE of a new call, still without Via. Throws SipParseError or TypeError for what cannot be sent. */
export function buildInvite(
  context: AgentContext,
  order: InviteRequest,
  identity: InviteIdentity,
): SipRequest {
  parseSipUri(order.to)
  const from = parseNameAddress(order.from)
  const headers = new SipHeaders([
    ...(order.outboundProxy === undefined ? [] : [['Route', routeTo(order.outboundProxy)] as const]),
    ['Max-Forwards', '70'],
    ['From', `${formatNameAddress(from.uri, order.fromName ?? from.displayName)};tag=${identity.tag}`],
    ['To', `<${order.to}>`],
    ['Call-ID', identity.callId],
    ['CSeq', `${identity.sequence} INVITE`],
    ...dialogHeaders(context, context.contact(identity.hop, order.to)),
    ['Supported', order.reliableProgress ? 'timer, replaces, 100rel' : 'timer, replaces'],
    ['Session-Expires', String(identity.session.expiresSeconds)],
    ['Min-SE', String(identity.session.minSeconds)],
  ])
  for (const [name, value] of Object.entries(order.headers ?? {})) {
    if (reserved.has(name.toLowerCase())) throw new TypeError(`header ${name} belongs to the dialog`)
    headers.append(name, value)
  }
  return withSdp(
    { kind: 'request', method: 'INVITE', uri: order.to, headers, body: Buffer.alloc(0) },
    order.sdp,
  )
}
