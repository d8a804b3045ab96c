import type { StandIn } from '../stand-in.ts'
import type { StandInCall } from './stand-in-call.ts'
import type { Switchboard } from './switchboard.ts'

/** A vendor of phone calls on loopback. */
export interface PhoneStandIn extends StandIn {
  readonly switchboard: Switchboard
  /** The next call that a client places. */
  nextCall(): Promise<StandInCall>
}
