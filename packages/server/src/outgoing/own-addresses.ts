import { networkInterfaces } from 'node:os'

/** Those of this machine's network interfaces now. */
export function ownAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap(entries => (entries ?? []).map(entry => entry.address))
}
