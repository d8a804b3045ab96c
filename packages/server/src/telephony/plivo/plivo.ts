import type { Vendor } from '../vendor.ts'
import { readPlivoIncoming, readPlivoReport } from './plivo-reports.ts'
import { plivoRest, type PlivoSettings } from './plivo-rest.ts'
import { isFromPlivo } from './plivo-signature.ts'
import { PlivoStream } from './plivo-stream.ts'
import { connectStream, hangUpDocument } from './plivo-xml.ts'

/** Plivo Voice. It asks `answer_url` for instructions once the callee has answered, and connects the stream then. */
export function plivo(settings: PlivoSettings): Vendor {
  return {
    name: 'plivo',
    capabilities: {
      createIsIdempotent: false,
      answeredBy: 'stream',
      digits: 'message',
      saysStop: false,
      tellsRinging: true,
    },
    rest: plivoRest(settings),
    callbacks: {
      isGenuine: callback => isFromPlivo(callback, settings.authToken),
      read: readPlivoReport,
      instructions: urls => connectStream(urls.stream),
    },
    inbound: {
      read: readPlivoIncoming,
      accept: (_, urls) => ({ document: connectStream(urls.stream), request: null }),
      refuse: (_, why) => ({ document: hangUpDocument(why), request: null }),
    },
    openStream: () => new PlivoStream(),
  }
}
