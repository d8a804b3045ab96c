import { openWebhookReceiver } from '@parley/rehearsal/demo/webhook-receiver'

/** What the customer's endpoint got, each message's signature checked. */
export interface Sink extends AsyncDisposable {
  readonly url: string
  /** By call, the events that came; how often they came does not matter. */
  received(): ReadonlyMap<string, ReadonlySet<string>>
  readonly messages: number
  readonly unverified: number
}

export async function openSink(secret: string): Promise<Sink> {
  const receiver = await openWebhookReceiver(secret)
  return {
    url: receiver.url,
    received() {
      const byCall = new Map<string, Set<string>>()
      for (const hook of receiver.received) {
        if (!hook.verified) continue
        byCall.set(hook.callId, (byCall.get(hook.callId) ?? new Set()).add(hook.event))
      }
      return byCall
    },
    get messages() {
      return receiver.received.length
    },
    get unverified() {
      return receiver.received.filter(hook => !hook.verified).length
    },
    [Symbol.asyncDispose]: () => receiver[Symbol.asyncDispose](),
  }
}
