import type { VendorDocument } from '../vendor.ts'
import { xmlHead, xmlText } from '../xml.ts'

/**
 * TwiML documents (twilio.com/docs/voice/twiml/stream). `<Connect>` makes the stream bidirectional and holds
 * the call; with no verb behind it, the call ends when the stream does.
 */
export function connectStream(streamUrl: string, correlationId: string): string {
  const parameter = `<Parameter name="call_id" value="${xmlText(correlationId)}"/>`
  const stream = `<Stream url="${xmlText(streamUrl)}">${parameter}</Stream>`
  return `${xmlHead}<Response><Connect>${stream}</Connect></Response>`
}

export function rejectCall(reason: 'busy' | 'rejected'): string {
  return `${xmlHead}<Response><Reject reason="${reason}"/></Response>`
}

export function twimlDocument(body: string): VendorDocument {
  return { contentType: 'text/xml; charset=utf-8', body }
}
