import { serveStreams } from '../workers/serve-streams.ts'
import { detectStream } from './detect-stream.ts'
import { energyModel } from './energy-model.ts'
import { loadSilero } from './silero.ts'
import type { GateOptions, SpeechEvent } from './speech-gate.ts'
import { WINDOW_SAMPLES } from './speech-model.ts'

// The energy model hears less well, but a call that hears badly beats one that does not hear.
const model = await loadSilero().catch(() => energyModel)
await model.open().likelihood(new Float32Array(WINDOW_SAMPLES))

serveStreams<GateOptions, never, SpeechEvent>({
  name: model.name,
  open: (options, emit) => detectStream(model, options, emit),
})
