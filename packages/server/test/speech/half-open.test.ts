import { openDeepgram } from '@parley/rehearsal/stand-ins/deepgram/open-deepgram'
import { expect, test } from 'vitest'
import type { RecognizerEvent } from '../../src/speech/cascade/port.ts'
import { deepgramRecognizer } from '../../src/speech/cascade/recognizers/deepgram/deepgram.ts'

test('a far end that answers nothing more is found within three seconds', async () => {
  await using server = await openDeepgram()
  const events: RecognizerEvent[] = []
  const session = { language: 'en', onEvent: (event: RecognizerEvent) => void events.push(event) }
  const recognizer = deepgramRecognizer({ apiKey: 'key', url: server.url })
  await using _ = await recognizer.open(session, AbortSignal.timeout(5000))
  server.faults.stall()
  await expect
    .poll(() => events, { timeout: 3000 })
    .toMatchObject([{ fatal: true, fault: { kind: 'timeout' } }])
})
