/** A process that delivers webhooks until it is killed. Told by the environment where its database is. */
import pino from 'pino'
import { createOutgoing } from '../../src/outgoing/outgoing.ts'
import { openDatabase } from '../../src/store/database.ts'
import { openDeliverer } from '../../src/webhooks/deliverer.ts'

const { TEST_DATABASE_URL: url, TEST_WEBHOOK_SECRET: secret } = process.env
if (url === undefined || secret === undefined) throw new Error('not told what to deliver')
openDeliverer({
  database: openDatabase(url),
  outgoing: createOutgoing({ allowCidrs: ['127.0.0.0/8'] }),
  callObject: id => Promise.resolve({ id }),
  secretsOf: () => Promise.resolve([secret]),
  log: pino({ level: 'silent' }),
  clock: Date.now,
})
