import { openRecognizers } from '@parley/engines/recognizer'
import { openSpeechDetectors } from '@parley/engines/speech-detector'
import { openSynthesizer } from '@parley/engines/synthesizer'
import type { Faculties } from './hold-call.ts'

/** The local engines as a person's ears and voice; disposing closes them. */
export async function openFaculties(): Promise<Faculties & AsyncDisposable> {
  await using opened = new AsyncDisposableStack()
  const mouth = opened.use(await openSynthesizer())
  const detectors = opened.use(await openSpeechDetectors())
  const recognizers = opened.use(await openRecognizers())
  const rest = opened.move()
  return { mouth, ears: { detectors, recognizers }, [Symbol.asyncDispose]: () => rest.disposeAsync() }
}
