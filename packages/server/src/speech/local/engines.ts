import { openRecognizers, type Recognizers } from '@parley/engines/recognizer'
import { openSpeechDetectors, type SpeechDetectors } from '@parley/engines/speech-detector'
import { openSynthesizer, type LocalSynthesizer } from '@parley/engines/synthesizer'

/** The local engines of one process, all warm. Disposing ends their threads. */
export interface LocalEngines extends AsyncDisposable {
  readonly synthesizer: LocalSynthesizer
  readonly recognizers: Recognizers
  readonly detectors: SpeechDetectors
}

/** Loads all three side by side. */
export async function openLocalEngines(): Promise<LocalEngines> {
  await using opened = new AsyncDisposableStack()
  const keep = <T extends AsyncDisposable>(engine: T): T => opened.use(engine)
  const [synthesizer, recognizers, detectors] = await Promise.all([
    openSynthesizer().then(keep),
    openRecognizers().then(keep),
    openSpeechDetectors().then(keep),
  ])
  const engines = opened.move()
  return { synthesizer, recognizers, detectors, [Symbol.asyncDispose]: () => engines.disposeAsync() }
}
