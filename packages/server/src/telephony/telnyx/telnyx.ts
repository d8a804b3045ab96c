import type { Vendor, VendorDocument } from '../vendor.ts'
import { readTelnyxIncoming, readTelnyxReport } from './telnyx-reports.ts'
import { telnyxCommands, telnyxRest, type TelnyxSettings } from './telnyx-rest.ts'
import { isFromTelnyx, telnyxPublicKey } from './telnyx-signature.ts'
import { TelnyxStream } from './telnyx-stream.ts'

/** Telnyx acts on commands and asks for no instructions; what it is told at a callback it ignores. */
const nothing: VendorDocument = { contentType: 'application/json', body: '{}' }

/**
 * Telnyx Call Control. The dial command bears an id that makes its repetition harmless. Streams may be
 * connected before the callee answers, so the answer is what the callback says; none tells of ringing.
 */
export function telnyx(settings: TelnyxSettings): Vendor {
  const key = telnyxPublicKey(settings.publicKey)
  const commands = telnyxCommands(settings)
  return {
    name: 'telnyx',
    capabilities: {
      createIsIdempotent: true,
      answeredBy: 'callback',
      digits: 'request',
      saysStop: true,
      tellsRinging: false,
    },
    rest: telnyxRest(settings),
    callbacks: {
      isGenuine: (callback, nowMs) => isFromTelnyx(callback, key, nowMs),
      read: readTelnyxReport,
      instructions: () => nothing,
    },
    inbound: {
      read: readTelnyxIncoming,
      accept: (ids, urls) => ({ document: null, request: commands.answer(ids, urls) }),
      refuse: (ids, why) => ({ document: null, request: commands.reject(ids, why) }),
    },
    openStream: () => new TelnyxStream(),
  }
}
