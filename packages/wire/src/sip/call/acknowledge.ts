import { requestInDialog, type DialogRecord } from '../dialog/dialog-record.ts'
import { hopsInDialog } from '../dialog/hops-in-dialog.ts'
import type { SipRequest } from '../message.ts'
import type { AgentContext } from './agent-context.ts'

/**
 * Sends the ACK of a 2xx and returns how to send it again. RFC 3261 §13.2.2.4: it goes to the Contact of the 2xx over
 * its route set, on a branch of its own, with the credentials of the INVITE (§22.1), once for each copy of the 2xx.
 */
export function acknowledge(context: AgentContext, dialog: DialogRecord, invite: SipRequest): () => void {
  const { request, hop } = requestInDialog(dialog, 'ACK', dialog.localSequence)
  for (const name of ['Authorization', 'Proxy-Authorization']) {
    for (const value of invite.headers.all(name)) request.headers.append(name, value)
  }
  request.headers.append('User-Agent', context.name)
  const ready = hopsInDialog(dialog, hop, context.locate).then(([destination]) => {
    if (!destination) throw new Error('no way for an ACK')
    return { bytes: context.layer.prepare(request, destination), destination }
  })
  const send = (): void => {
    ready.then(({ bytes, destination }) => context.layer.transmit(bytes, destination)).catch(context.fault)
  }
  send()
  return send
}
