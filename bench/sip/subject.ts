import { once } from 'node:events'
import { answerOffer } from '@parley/wire/sdp/answer'
import { createOffer } from '@parley/wire/sdp/offer'
import { openUserAgent, type IncomingCall } from '@parley/wire/sip/user-agent'

/** The bare user agent: rings and picks up at once, or dials as many calls as it is told to. */
interface Order {
  readonly type: 'listen' | 'dial'
  readonly calls: number
  readonly port: number
}

const host = '127.0.0.1'
const address = { host, port: 40_000 }
const atOnce = 50
let failed = 0

const fault = (): void => {
  failed += 1
}

function pickUp(call: IncomingCall): void {
  call.ring()
  call.accept(answerOffer(call.sdp ?? '', { address }).sdp).catch(fault)
}

async function dial({ calls, port }: Order): Promise<void> {
  let left = calls
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1
      const signal = AbortSignal.timeout(30_000)
      const order = {
        to: `sip:bob@${host}:${port}`,
        from: `sip:alice@${host}`,
        sdp: createOffer({ address }),
      }
      const call = await agent.invite({ ...order, ringTimeoutMs: 10_000 }, signal)
      await call.bye(signal)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, () => lane().catch(fault)))
}

const agent = await openUserAgent({ host, port: 0, name: 'parley-bench', onCall: pickUp, onFault: fault })
process.on('message', (order: Order) => {
  const work = order.type === 'dial' ? dial(order) : Promise.resolve()
  work.then(() => process.send?.({ port: agent.port, failed }), fault)
})
await once(process, 'disconnect')
await agent[Symbol.asyncDispose]()
