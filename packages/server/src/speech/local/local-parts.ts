import { LOCAL_VOICES } from '@parley/engines/voices'
import { openCascadeVoice } from '../cascade/cascade-voice.ts'
import type { DetectorFactory } from '../cascade/port.ts'
import { LocalRealtime } from '../realtime/local/local-realtime.ts'
import type { VoiceParts } from '../voices.ts'
import { LocalBrain } from './brain/local-brain.ts'
import { localBrainModel, localLanguages, localRealtimeModel, localVoices } from './catalogue.ts'
import type { LocalEngines } from './engines.ts'
import { LocalRecognizer } from './local-recognizer.ts'
import { LocalSynthesizer } from './local-synthesizer.ts'

const voices = LOCAL_VOICES.map(({ id, description }) => ({ id, description, languages: localLanguages }))

/**
 * What the local engines bring to both modes. `engines` is asked for when a call begins: a process that
 * only lists what there is never loads them.
 */
export function localParts(engines: () => LocalEngines): VoiceParts {
  const recognizer = new LocalRecognizer(() => engines().recognizers)
  const synthesizer = new LocalSynthesizer(() => engines().synthesizer)
  const brain = new LocalBrain()
  const detectors: DetectorFactory = { open: options => engines().detectors.open(options) }
  const cascade = { recognizer, brain, synthesizer, detectors }
  const realtime = new LocalRealtime((session, signal) => openCascadeVoice(cascade, session, signal))
  const provider = 'local'
  return {
    realtime: [
      { provider, models: [localRealtimeModel], voices: localVoices(voices, 'realtime'), adapter: realtime },
    ],
    recognizers: [{ provider, languages: localLanguages, adapter: recognizer }],
    brains: [{ provider, models: [localBrainModel], adapter: brain }],
    synthesizers: [{ provider, voices: localVoices(voices, 'legacy'), adapter: synthesizer }],
    detectors,
  }
}
