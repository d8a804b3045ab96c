import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import * as ort from 'onnxruntime-web'
import { WINDOW_SAMPLES, type SpeechModel, type StreamModel } from './speech-model.ts'

/**
 * Silero VAD v5 at its native 8 kHz, by ONNX Runtime as WebAssembly. Inputs: `input` is the window after
 * the last 32 samples of the one before, `state` two layers of 128, `sr` the rate. Everything comes from
 * installed packages; nothing is fetched.
 */
const CONTEXT_SAMPLES = 32
const STATE_SHAPE = [2, 1, 128]

export async function loadSilero(): Promise<SpeechModel> {
  const require = createRequire(import.meta.url)
  ort.env.wasm.numThreads = 1
  ort.env.wasm.wasmPaths = `${dirname(require.resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm'))}/`
  const file = readFileSync(require.resolve('@ricky0123/vad-web/dist/silero_vad_v5.onnx'))
  const session = await ort.InferenceSession.create(file, { executionProviders: ['wasm'] })
  const rate = new ort.Tensor('int64', BigInt64Array.of(8000n), [])
  return { name: 'silero-v5', open: () => openStream(session, rate) }
}

function openStream(session: ort.InferenceSession, rate: ort.Tensor): StreamModel {
  const samples = new Float32Array(CONTEXT_SAMPLES + WINDOW_SAMPLES)
  const input = new ort.Tensor('float32', samples, [1, samples.length])
  let state: ort.Tensor = new ort.Tensor('float32', new Float32Array(256), STATE_SHAPE)
  return {
    async likelihood(window) {
      samples.copyWithin(0, WINDOW_SAMPLES)
      samples.set(window, CONTEXT_SAMPLES)
      const { output, stateN } = await session.run({ input, state, sr: rate })
      if (stateN) state = stateN
      const likelihood = output?.data[0]
      return typeof likelihood === 'number' ? likelihood : 0
    },
  }
}
