import { expect, test } from 'vitest'
import { QuestionWorker } from './question-worker.ts'

/** Tells what it was asked so far; dies of the question "die". */
const workerText = `
  import { parentPort } from 'node:worker_threads'
  const asked = []
  parentPort.on('message', ({ id, question }) => {
    if (question === 'die') process.exit(1)
    asked.push(question)
    parentPort.postMessage({ id, answer: [...asked] })
  })
`
const entry = new URL(`data:text/javascript,${encodeURIComponent(workerText)}`)
const never = new AbortController().signal

test('what was abandoned before its turn is never asked', async () => {
  await using worker = new QuestionWorker<string, string[]>(entry)
  const abandon = new AbortController()
  const [first, second, third] = [
    worker.ask('first', never),
    worker.ask('second', abandon.signal),
    worker.ask('third', never),
  ]
  abandon.abort(new Error('nobody waits'))
  await expect(second).rejects.toThrow('nobody waits')
  expect(await first).toEqual(['first'])
  expect(await third).toEqual(['first', 'third'])
})

test('a worker that dies costs the question it was asked, and those behind it are asked of a new one', async () => {
  await using worker = new QuestionWorker<string, string[]>(entry)
  const [deadly, next] = [worker.ask('die', never), worker.ask('next', never)]
  await expect(deadly).rejects.toMatchObject({ reason: 'engine_failed' })
  expect(await next).toEqual(['next'])
})

test('closed, it answers nothing any more', async () => {
  const worker = new QuestionWorker<string, string[]>(entry)
  const [asked, waiting] = [worker.ask('die', never), worker.ask('next', never)]
  const refused = expect(Promise.allSettled([asked, waiting])).resolves.toMatchObject([
    { reason: { reason: 'closed' } },
    { reason: { reason: 'closed' } },
  ])
  await worker[Symbol.asyncDispose]()
  await refused
  await expect(worker.ask('more', never)).rejects.toMatchObject({ reason: 'closed' })
})
