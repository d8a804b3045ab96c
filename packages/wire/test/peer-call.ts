import type { ReceivedResponse } from '../src/sip/message.ts'
import type { AnsweredCall, UserAgent } from '../src/sip/user-agent.ts'
import type { ScriptedPeer } from './scripted-peer.ts'
import { offer, type TestAgents } from './test-agents.ts'

export const inviteFields = (more: Record<string, string> = {}): Record<string, string> => ({
  'Call-ID': 'c1',
  CSeq: '1 INVITE',
  ...more,
})

export interface PeerCall {
  readonly agent: UserAgent
  readonly accepted: Promise<AnsweredCall>
  readonly ok: ReceivedResponse
  /** The value of To, with our tag. */
  readonly to: string
  /** Sends a request inside the dialog: `inside('BYE 2')`. */
  readonly inside: (sequence: string, body?: string, more?: Record<string, string>) => void
}

/** A call from the scripted peer that an agent accepts, acknowledged or not. */
export async function callFrom(
  peer: ScriptedPeer,
  agents: TestAgents,
  acknowledged = true,
): Promise<PeerCall> {
  const { agent, accepted } = await agents.callee()
  peer.towards(agent.port).ask('INVITE', inviteFields(), offer)
  const ok = await peer.response(200)
  const to = ok.headers.get('To') ?? ''
  const inside: PeerCall['inside'] = (sequence, body = '', more = {}) => {
    const [method = '', number] = sequence.split(' ')
    peer.ask(method, { 'Call-ID': 'c1', To: to, CSeq: `${number} ${method}`, ...more }, body)
  }
  if (acknowledged) inside('ACK 1')
  return { agent, accepted, ok, to, inside }
}
