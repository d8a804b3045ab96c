import type { StandIn } from '../stand-in.ts'
import type { CalleeLine } from './media-line.ts'
import type { StandInCall } from './stand-in-call.ts'
import type { Switchboard } from './switchboard.ts'

/** A vendor of phone calls on loopback. */
export interface PhoneStandIn extends StandIn {
  readonly switchboard: Switchboard
  /** The next call that a client places. */
  nextCall(): Promise<StandInCall>
  /** Somebody calls a number of the client's; `url` is what the client told the vendor for such calls. */
  callIn(url: string, parties: Parties): Promise<InboundCall>
}

export interface Parties {
  readonly from: string
  readonly to: string
}

/** What the client did with a call to its number. `line` is the caller's phone. */
export type InboundCall =
  | { readonly type: 'answered'; readonly call: StandInCall; readonly line: CalleeLine }
  | { readonly type: 'refused'; readonly answer: string }
