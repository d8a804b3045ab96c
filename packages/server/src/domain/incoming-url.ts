/** The address at which a vendor announces calls that come in by a carrier. `streamUrl`: how vendors reach us. */
export function incomingUrl(streamUrl: string, carrier: string): string {
  return `${streamUrl.replace(/\/+$/, '')}/carriers/incoming/${carrier}`
}
