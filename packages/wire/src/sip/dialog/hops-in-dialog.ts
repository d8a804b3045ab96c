import { isIP } from 'node:net'
import { isLoopback, isPrivate } from '../ip-address.ts'
import type { Hop } from '../transport.ts'
import { parseSipUri } from '../uri.ts'
import type { DialogRecord } from './dialog-record.ts'

/**
 * Ways for a request inside a dialog to `uri`, its next hop. That is where the URI leads, unless the neighbour stands
 * behind a NAT and names an address that nobody outside knows, or it came over a connection that is as good.
 */
export async function hopsInDialog(
  { flow }: DialogRecord,
  uri: string,
  locate: (uri: string) => Promise<readonly Hop[]>,
): Promise<readonly Hop[]> {
  const { host } = parseSipUri(uri)
  if (flow && leadsBack(flow, host)) return [flow]
  const hops = await locate(uri)
  const name = flow?.serverName
  // A carrier's Contact is often a bare address, of which its certificate says nothing: it must show the name we dialled.
  if (name === undefined || isIP(host) === 0) return hops
  return hops.map(hop => (hop.protocol === 'tls' ? { ...hop, serverName: name } : hop))
}

function leadsBack(flow: Hop, host: string): boolean {
  // Who speaks from this very machine may well mean a network that is ours too.
  const fromOutside = !isPrivate(flow.host) && !(flow.protocol === 'udp' && isLoopback(flow.host))
  if (isPrivate(host) && fromOutside) return true
  return flow.protocol !== 'udp' && flow.returnPort !== undefined && flow.host === host
}
