import type { Answer } from '../build-response.ts'
import { dialogKey } from '../dialog/dialog-record.ts'
import type { ReceivedRequest } from '../message.ts'
import { parseParameters } from '../parameters.ts'
import type { AgentContext, DialogParty } from './agent-context.ts'

export type Replacement =
  | { readonly type: 'none' }
  | { readonly type: 'call'; readonly callId: string; readonly party: DialogParty }
  | { readonly type: 'refused'; readonly answer: Answer }

/**
 * The call of ours whose place an INVITE takes (RFC 3891 §3): the last step of an attended transfer. Who knows both
 * tags took part in that call or was told by somebody who did.
 */
export function replacedCall(request: ReceivedRequest, dialogs: AgentContext['dialogs']): Replacement {
  const values = request.headers.all('Replaces')
  const [value] = values
  if (value === undefined) return { type: 'none' }
  if (values.length > 1) return { type: 'refused', answer: { status: 400 } }
  const semicolon = value.indexOf(';')
  const callId = (semicolon === -1 ? value : value.slice(0, semicolon)).trim()
  const parameters = parseParameters(semicolon === -1 ? '' : value.slice(semicolon))
  const [toTag = '', fromTag = ''] = [parameters.get('to-tag'), parameters.get('from-tag')]
  const party = dialogs.get(dialogKey(callId, toTag, fromTag))
  if (!party) return { type: 'refused', answer: { status: 481 } }
  if (parameters.has('early-only')) return { type: 'refused', answer: { status: 486 } }
  return { type: 'call', callId, party }
}
