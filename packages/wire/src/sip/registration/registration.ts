/** Where an account of ours receives its calls: kept known to a registrar until disposed of. */
export interface RegistrationOrder {
  /** The registrar's URI, as `sip:sip.example.com` or `sip:192.0.2.1:5060;transport=tcp`. */
  readonly registrar: string
  readonly username: string
  readonly password: string
  /** Where the account's name in digest is another one. */
  readonly authUsername?: string
  /** `sip:username@host of the registrar` when absent. */
  readonly addressOfRecord?: string
  /** What packets pass first, as `sip:host:port`; it gets a Route. */
  readonly outboundProxy?: string
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
