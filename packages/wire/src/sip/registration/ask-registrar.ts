import type { AgentContext } from '../call/agent-context.ts'
import { isChallenge, oneAnswer } from '../call/one-answer.ts'
import type { DigestSession } from '../digest/digest-session.ts'
import { SipHeaders } from '../headers.ts'
import { noBody, type ReceivedResponse, type SipRequest } from '../message.ts'
import type { Hop } from '../transport.ts'
import { bracketed, parseSipUri, routeTo } from '../uri.ts'
import type { RegistrationOrder } from './registration.ts'

/** An account at a registrar, without what is kept alive there. */
export type RegistrarAccount = Omit<RegistrationOrder, 'onState' | 'expiresSeconds' | 'formerContact'>

export interface RegistrarQuestion {
  readonly callId: string
  readonly tag: string
  /** Called for each try: a request with credentials is a new request (RFC 3261 §22.2). */
  readonly nextSequence: () => number
  readonly digest: DigestSession
  /** Contact values, and how long they shall hold; none asks what is bound, and changes nothing (§10.2.3). */
  readonly bindings: (hop: Hop) => readonly (readonly [name: string, value: string])[]
}

/** Sends REGISTER (RFC 3261 §10.2) and answers challenges on the way. */
export async function askRegistrar(
  context: AgentContext,
  account: RegistrarAccount,
  question: RegistrarQuestion & { readonly signal: AbortSignal },
): Promise<ReceivedResponse> {
  const { digest, signal } = question
  const hops = await context.locate(account.outboundProxy ?? account.registrar, signal)
  digest.begin()
  for (;;) {
    const sequence = question.nextSequence()
    const request = (hop: Hop): SipRequest => {
      const built = registerRequest(context, account, { ...question, sequence, hop })
      digest.authorize(built)
      return built
    }
    const response = await oneAnswer(context, { request, hops }, signal)
    if (!isChallenge(response.status) || !digest.learn(response)) return response
  }
}

function registerRequest(
  { name }: AgentContext,
  { registrar, addressOfRecord, username, outboundProxy }: RegistrarAccount,
  { callId, tag, sequence, hop, bindings }: RegistrarQuestion & { sequence: number; hop: Hop },
): SipRequest {
  const { scheme, host } = parseSipUri(registrar)
  const account = addressOfRecord ?? `${scheme}:${username}@${bracketed(host)}`
  const headers = new SipHeaders([
    ...(outboundProxy === undefined ? [] : [['Route', routeTo(outboundProxy)] as const]),
    ['Max-Forwards', '70'],
    ['From', `<${account}>;tag=${tag}`],
    ['To', `<${account}>`],
    ['Call-ID', callId],
    ['CSeq', `${sequence} REGISTER`],
    ...bindings(hop),
    ['User-Agent', name],
  ])
  return { kind: 'request', method: 'REGISTER', uri: registrar, headers, body: noBody }
}
