import { once } from 'node:events'
import { openMediaEngine, type MediaEngine, type MediaStream } from '@parley/wire/rtp/media-engine'

/** The bare media path: streams that always have something to say, and listen to what comes. */
interface Order {
  readonly type: 'open' | 'stats'
  readonly calls: number
  readonly port: number
}

const host = '127.0.0.1'
const aheadMs = 2_000
const topUpEveryMs = 400
const second = new Uint8Array(8_000).fill(0x2a)
const streams: MediaStream[] = []
let heard = 0

async function open(engine: MediaEngine, { calls, port }: Order): Promise<number[]> {
  for (let i = 0; i < calls; i += 1) {
    const stream = await engine.openStream(AbortSignal.timeout(5_000))
    stream.onFrame(() => {
      heard += 1
    })
    streams.push(stream)
    stream.start({ remote: { host, port }, codec: { name: 'PCMU', payloadType: 0 }, direction: 'sendrecv' })
  }
  return streams.map(stream => stream.port)
}

function topUp(): void {
  for (const stream of streams) if (stream.queuedMs < aheadMs) stream.write(second)
}

const engine = await openMediaEngine({ host })
process.on('message', (order: Order) => {
  if (order.type === 'stats') {
    const skipped = streams.reduce((sum, stream) => sum + stream.stats().skippedSlots, 0)
    process.send?.({ heard, skipped })
  } else void open(engine, order).then(ports => process.send?.({ ports }))
})
const timer = setInterval(topUp, topUpEveryMs)
await once(process, 'disconnect')
clearInterval(timer)
await engine[Symbol.asyncDispose]()
