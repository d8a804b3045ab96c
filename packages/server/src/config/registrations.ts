import type { RegistrationState, UserAgent } from '@parley/wire/sip/user-agent'
import type { NodeId } from '../domain/ids.ts'
import type { Database } from '../store/database.ts'
import { holdTrunks, noteRegistration } from '../store/registrations.ts'
import type { Sealing } from '../store/sealing.ts'
import { Registrations } from '../telephony/sip/registrations.ts'
import { sipAccountOf } from './trunks.ts'

export interface RegistrationParts {
  readonly database: Database
  readonly nodeId: NodeId
  readonly userAgent: UserAgent
  readonly sealing: Sealing
  readonly draining: () => boolean
  readonly onTrouble: (error: unknown) => void
}

/** So that workers which start together share the trunks. */
const mostAtOnce = 20

/** Keeps trunks registered, each on one of the workers. */
export function openRegistrations(parts: RegistrationParts): Registrations {
  const { database, nodeId, userAgent, sealing, draining, onTrouble } = parts
  return new Registrations({
    userAgent,
    held: async () => {
      const held = await holdTrunks(database, { nodeId, most: draining() ? 0 : mostAtOnce })
      return held.map(trunk => ({
        id: trunk.id,
        account: () => sipAccountOf(trunk, sealing),
        formerContact: trunk.contact,
      }))
    },
    note: (carrier, state) => noteRegistration(database, { carrier, nodeId, ...noteOf(state) }),
    onTrouble,
  })
}

function noteOf(state: RegistrationState) {
  switch (state.status) {
    case 'registered':
      return { status: 'registered', detail: null, contact: state.contact } as const
    case 'failed': {
      const code = state.code === 0 ? '' : `${state.code} `
      return { status: 'failed', detail: `${code}${state.reason}` } as const
    }
    case 'unregistered':
      return { status: 'waiting', detail: null, contact: null } as const
  }
}
