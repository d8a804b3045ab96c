/**
 * A dialog of RFC 3261 §12 as plain data: what any node needs to send a request inside it, so that another process may
 * hang up a call whose owner died. All functions are pure.
 */
import { SipHeaders } from '../headers.ts'
import {
  noBody,
  type ReceivedRequest,
  type ReceivedResponse,
  type SipMessage,
  type SipRequest,
} from '../message.ts'
import { formatNameAddress, parseNameAddress } from '../name-address.ts'
import { SipParseError } from '../sip-parse-error.ts'
import type { Hop, TransportProtocol } from '../transport.ts'
import { formatSipUri, parseSipUri } from '../uri.ts'
import { answerHop } from '../via.ts'

export interface DialogRecord {
  readonly callId: string
  /** Ours and theirs as they stand in From and To, with display name but without tag. */
  readonly localParty: string
  readonly remoteParty: string
  readonly localTag: string
  readonly remoteTag: string
  /** CSeq of the latest request that we, or they, sent; undefined while they sent none. */
  readonly localSequence: number
  readonly remoteSequence?: number
  /** Name-address values in the order in which our requests visit them. */
  readonly routeSet: readonly string[]
  /** Their Contact: the request URI of what we send. */
  readonly remoteTarget: string
  /** Our Contact. */
  readonly localTarget: string
  readonly transport: TransportProtocol
  /** The way on which the dialog came about: some neighbours can be reached on no other. */
  readonly flow?: Hop
}

/** Other parameters of From and To mean nothing inside the dialog. */
function partyOf(value: string | undefined): string {
  const { uri, displayName } = parseNameAddress(value ?? '')
  return formatNameAddress(uri, displayName)
}

/** RFC 3261 §12.1.2: the dialog that a 2xx to our INVITE makes. Its routes come back in reverse. */
export function dialogFromAnswer(invite: SipRequest, answer: ReceivedResponse, flow: Hop): DialogRecord {
  return {
    callId: answer.envelope.callId,
    localParty: partyOf(answer.headers.get('From')),
    remoteParty: partyOf(answer.headers.get('To')),
    localTag: answer.envelope.fromTag ?? '',
    remoteTag: answer.envelope.toTag ?? '',
    localSequence: answer.envelope.sequence,
    routeSet: answer.headers.list('Record-Route').toReversed(),
    remoteTarget: contactOf(answer) ?? invite.uri,
    localTarget: contactOf(invite) ?? '',
    transport: flow.protocol,
    flow,
  }
}

/** RFC 3261 §12.1.1: the dialog that our 2xx to their INVITE makes. */
export function dialogFromInvite(
  invite: ReceivedRequest,
  ours: { tag: string; contact: string; source: Hop },
): DialogRecord {
  const from = invite.headers.get('From') ?? ''
  return {
    callId: invite.envelope.callId,
    localParty: partyOf(invite.headers.get('To')),
    remoteParty: partyOf(from),
    localTag: ours.tag,
    remoteTag: invite.envelope.fromTag ?? '',
    localSequence: 0,
    remoteSequence: invite.envelope.sequence,
    routeSet: invite.headers.list('Record-Route'),
    remoteTarget: contactOf(invite) ?? parseNameAddress(from).uri,
    localTarget: ours.contact,
    transport: ours.source.protocol,
    flow: answerHop(invite.envelope.via, ours.source),
  }
}

/** A Contact that we could not send to counts as none. */
export function contactOf(message: SipMessage): string | undefined {
  const [contact] = message.headers.list('Contact')
  if (contact === undefined) return undefined
  try {
    return formatSipUri(parseSipUri(parseNameAddress(contact).uri))
  } catch (error) {
    if (error instanceof SipParseError) return undefined
    throw error
  }
}

/** Finds the dialog of a message: RFC 3261 §12. The tags swap sides between their requests and ours. */
export const dialogKey = (callId: string, localTag: string, remoteTag: string): string =>
  `${callId} ${localTag} ${remoteTag}`

/**
 * A request inside the dialog (RFC 3261 §12.2.1.1) and the URI of its next hop. A first route without `lr` is a strict
 * router of RFC 2543: it wants its own URI in the request line and the target as last route.
 */
export function requestInDialog(
  dialog: DialogRecord,
  method: string,
  sequence: number,
): { request: SipRequest; hop: string } {
  const { uri, routes, hop } = pathOf(dialog)
  const headers = new SipHeaders([
    ['Max-Forwards', '70'],
    ['From', `${dialog.localParty};tag=${dialog.localTag}`],
    ['To', dialog.remoteTag === '' ? dialog.remoteParty : `${dialog.remoteParty};tag=${dialog.remoteTag}`],
    ['Call-ID', dialog.callId],
    ['CSeq', `${sequence} ${method}`],
  ])
  for (const route of routes) headers.append('Route', route)
  return { request: { kind: 'request', method, uri, headers, body: noBody }, hop }
}

function pathOf({ routeSet, remoteTarget }: DialogRecord): {
  uri: string
  routes: readonly string[]
  hop: string
} {
  const [first] = routeSet
  if (first === undefined) return { uri: remoteTarget, routes: [], hop: remoteTarget }
  const firstUri = parseNameAddress(first).uri
  if (parseSipUri(firstUri).parameters.has('lr'))
    return { uri: remoteTarget, routes: routeSet, hop: firstUri }
  return { uri: firstUri, routes: [...routeSet.slice(1), `<${remoteTarget}>`], hop: firstUri }
}
