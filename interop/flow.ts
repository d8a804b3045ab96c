import type { IncomingCall } from '@parley/wire/sip/user-agent'
import type { Peer, PeerOptions } from './peer.ts'

interface SippFlow {
  /** Unique; also the name of its scenario unless that is given. */
  readonly name: string
  readonly scenario?: string
  readonly options?: PeerOptions
  /** UDP when absent. */
  readonly transport?: 'tcp'
  /** More arguments for SIPp. */
  readonly sipp?: readonly string[]
}

/** SIPp waits for our call. `play` throws when something went otherwise than it should. */
export interface OutgoingFlow extends SippFlow {
  readonly direction: 'out'
  play(peer: Peer, sippPort: number): Promise<void>
}

/** SIPp calls us; `play` has the call. Absent: no call may reach the application. */
export interface IncomingFlow extends SippFlow {
  readonly direction: 'in'
  readonly play?: (peer: Peer, incoming: IncomingCall) => Promise<void>
  /** Our agent is one that takes no calls at all. */
  readonly takesNoCalls?: true
}

/** Another program than SIPp is at the other end; `play` starts it. */
export interface ProgramFlow {
  readonly name: string
  readonly direction: 'with'
  /** What must be installed. */
  readonly programs: readonly string[]
  play(): Promise<void>
}

export type Flow = OutgoingFlow | IncomingFlow | ProgramFlow

export const programsOf = (flow: Flow): readonly string[] =>
  flow.direction === 'with' ? flow.programs : ['sipp']
