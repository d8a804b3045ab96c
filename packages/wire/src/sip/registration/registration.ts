import type { Credentials } from '../digest/digest-response.ts'

/** Where an account of ours receives its calls: kept known to a registrar until disposed of. */
export interface RegistrationOrder {
  /** The registrar's URI, as `sip:sip.example.com` or `sip:192.0.2.1:5060;transport=tcp`. */
  readonly registrar: string
  readonly username: string
  readonly password: string
  /** Where the account's name in digest is another one. */
  readonly authUsername?: string
  /** Answer only challenges of this realm; absent: of any. */
  readonly realm?: string
  /** `sip:username@host of the registrar` when absent. */
  readonly addressOfRecord?: string
  /** What packets pass first, as `sip:host:port`; it gets a Route. */
  readonly outboundProxy?: string
  /**
   * The user part of our Contact, which the registrar writes into the request URI of calls: where it is hard to guess,
   * it is a sign that a call came by the registrar. `username` when absent.
   */
  readonly contactUser?: string
  /** A binding of the account that is taken back with the first success: of a process that died, say. */
  readonly formerContact?: string
  /** How long each binding shall hold, in seconds. 600 when absent. */
  readonly expiresSeconds?: number
  /** Called at each change, never again after `unregistered`. */
  readonly onState: (state: RegistrationState) => void
}

export type RegistrationState =
  | { readonly status: 'registered'; readonly contact: string; readonly expiresSeconds: number }
  /** `code` is the final status, 0 when none came. The next try comes by itself. */
  | {
      readonly status: 'failed'
      readonly code: number
      readonly reason: string
      readonly failures: number
      readonly retryInMs: number
    }
  | { readonly status: 'unregistered' }

/** Disposing takes the binding back, waiting no longer than a few seconds for the registrar. */
export interface Registration extends AsyncDisposable {
  /** Registers now instead of at the next refresh: the network has changed, say. */
  refresh(): void
}

/** What the account answers challenges with. */
export function credentialsOf(
  order: Pick<RegistrationOrder, 'username' | 'authUsername' | 'password' | 'realm'>,
): Credentials {
  const { username, authUsername = username, password, realm } = order
  return { username: authUsername, password, ...(realm === undefined ? {} : { realm }) }
}
