import type { Vendor } from '../vendor.ts'
import { readTwilioIncoming, readTwilioReport } from './twilio-reports.ts'
import { twilioRest, type TwilioSettings } from './twilio-rest.ts'
import { isFromTwilio } from './twilio-signature.ts'
import { TwilioStream } from './twilio-stream.ts'
import { connectStream, rejectCall, twimlDocument } from './twiml.ts'

/**
 * Twilio Programmable Voice. Its create request knows no idempotency key, and a stream has no message for
 * digits; redirecting the call to `<Play digits>` would end the stream, so digits go as tones in our audio.
 */
export function twilio(settings: TwilioSettings): Vendor {
  return {
    name: 'twilio',
    capabilities: {
      createIsIdempotent: false,
      answeredBy: 'stream',
      digits: 'tones',
      saysStop: true,
      tellsRinging: true,
    },
    rest: twilioRest(settings),
    callbacks: {
      isGenuine: callback => isFromTwilio(callback, settings.authToken),
      read: readTwilioReport,
      instructions: (urls, correlationId) => twimlDocument(connectStream(urls.stream, correlationId)),
    },
    inbound: {
      read: readTwilioIncoming,
      accept: (ids, urls) => ({
        document: twimlDocument(connectStream(urls.stream, ids.live ?? '')),
        request: null,
      }),
      refuse: (_, why) => ({ document: twimlDocument(rejectCall(why)), request: null }),
    },
    openStream: () => new TwilioStream(),
  }
}
