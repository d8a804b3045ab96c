import type { VendorDocument } from '../vendor.ts'
import { xmlHead, xmlText } from '../xml.ts'

/**
 * Plivo XML (plivo.com/docs/voice/xml/audiostream). `keepCallAlive` makes the stream hold the call; with no
 * element behind it, the call ends when the stream does. A stream otherwise ends after a day at the latest.
 */
export function connectStream(streamUrl: string): VendorDocument {
  const attributes = 'bidirectional="true" keepCallAlive="true" audioTrack="inbound"'
  const stream = `<Stream ${attributes} contentType="audio/x-mulaw;rate=8000">${xmlText(streamUrl)}</Stream>`
  return plivoDocument(`<Response>${stream}</Response>`)
}

export function hangUpDocument(reason: 'busy' | 'rejected'): VendorDocument {
  return plivoDocument(`<Response><Hangup reason="${reason}"/></Response>`)
}

function plivoDocument(body: string): VendorDocument {
  return { contentType: 'text/xml; charset=utf-8', body: xmlHead + body }
}
