import createModule, { type Decoder, type SoundSwallowerModule } from 'soundswallower'
import { englishModelFolder } from './pronunciation.ts'
import type { WordNetwork } from './word-network.ts'

/**
 * The decoder of the `soundswallower` package, driven by word networks instead of grammars. The calls
 * that start with an underscore are the C functions its WebAssembly module exports for this; its own
 * wrapper knows grammars only.
 */
interface NetworkCalls {
  readonly HEAPU8: Uint8Array
  readonly HEAP32: Int32Array
  _malloc(bytes: number): number
  _free(address: number): void
  _logmath_log(logmath: number, probability: number): number
  _decoder_logmath(decoder: number): number
  _decoder_set_fsg(decoder: number, network: number): number
  _decoder_hyp(decoder: number, score: number): number
  _fsg_model_init(name: number, logmath: number, ...sizes: [weight: number, states: number]): number
  _fsg_set_states(network: number, start: number, end: number): void
  _fsg_model_word_add(network: number, word: number): number
  _fsg_model_trans_add(network: number, ...arc: [from: number, to: number, price: number, word: number]): void
  _fsg_model_null_trans_add(network: number, ...jump: [from: number, to: number, price: number]): void
}

type Module = SoundSwallowerModule & NetworkCalls

/** What was understood, and how well it fits: the score falls with every frame that fits badly. */
export interface Decoded {
  readonly text: string
  readonly score: number
}

export interface DecoderSettings {
  /** Narrower is faster and forgets good paths sooner; the package's own where not given. */
  readonly beam?: number
}

let loading: Promise<Module> | undefined

/** Everything in one WebAssembly memory of the thread. */
export async function openDecoder({ beam }: DecoderSettings): Promise<UtteranceDecoder> {
  loading ??= createModule() as Promise<Module>
  const module = await loading
  const beams = beam === undefined ? {} : { beam, pbeam: beam, wbeam: Math.sqrt(beam) }
  // The dictionary stays empty until words are added: 134,000 entries would cost each decoder 30 MB.
  const hmm = englishModelFolder()
  const decoder = new module.Decoder({ loglevel: 'FATAL', samprate: 8000, hmm, dict: '/none', ...beams })
  await decoder.initialize()
  return new UtteranceDecoder(module, decoder)
}

export class UtteranceDecoder implements Disposable {
  private readonly module: Module
  private readonly decoder: Decoder
  private readonly handle: number
  private readonly scoreAt: number
  private readonly known = new Set<string>()

  constructor(module: Module, decoder: Decoder) {
    this.module = module
    this.decoder = decoder
    this.handle = (decoder as unknown as { cdecoder: number }).cdecoder
    this.scoreAt = module._malloc(4)
  }

  /** Between utterances only. `pronounce` gives the ways a word is spoken; there must be one for each. */
  setNetwork(network: WordNetwork, pronounce: (word: string) => readonly string[]): void {
    const words = new Set(network.arcs.map(arc => arc.word))
    this.learn([...words], pronounce)
    const { module } = this
    const logmath = module._decoder_logmath(this.handle)
    const weight = Number(this.decoder.get_config('lw'))
    const price = (probability: number) => Math.trunc(module._logmath_log(logmath, probability) * weight)
    const graph = this.withText('talk', name => module._fsg_model_init(name, logmath, weight, network.states))
    module._fsg_set_states(graph, network.start, network.end)
    const ids = new Map<string, number>()
    for (const word of words)
      ids.set(
        word,
        this.withText(word, text => module._fsg_model_word_add(graph, text)),
      )
    for (const { from, to, word, probability } of network.arcs) {
      module._fsg_model_trans_add(graph, from, to, price(probability), ids.get(word) ?? 0)
    }
    for (const { from, to, probability } of network.jumps) {
      module._fsg_model_null_trans_add(graph, from, to, price(probability))
    }
    if (module._decoder_set_fsg(this.handle, graph) < 0)
      throw new Error('the decoder refused the word network')
  }

  begin(): void {
    this.decoder.start()
  }

  hear(samples: Float32Array): void {
    this.decoder.process_audio(samples, false, false)
  }

  /** The best words so far. */
  partial(): string {
    return plainText(this.decoder.get_text())
  }

  end(): Decoded {
    this.decoder.stop()
    const text = plainText(this.decoder.get_text())
    this.module._decoder_hyp(this.handle, this.scoreAt)
    return { text, score: this.module.HEAP32[this.scoreAt >> 2] ?? 0 }
  }

  [Symbol.dispose](): void {
    this.module._free(this.scoreAt)
    this.decoder.delete()
  }

  private learn(words: readonly string[], pronounce: (word: string) => readonly string[]): void {
    const entries: [string, string][] = []
    for (const word of words.filter(candidate => !this.known.has(candidate))) {
      const ways = pronounce(word)
      if (ways.length === 0) throw new Error('a word of the network has no pronunciation')
      ways.forEach((way, index) => entries.push([index === 0 ? word : `${word}(${index + 1})`, way]))
      this.known.add(word)
    }
    if (entries.length > 0) this.decoder.add_words(...entries)
  }

  private withText<T>(text: string, use: (address: number) => T): T {
    const bytes = Buffer.from(`${text}\0`)
    const address = this.module._malloc(bytes.length)
    this.module.HEAPU8.set(bytes, address)
    try {
      return use(address)
    } finally {
      this.module._free(address)
    }
  }
}

/** The decoder marks other ways of speaking a word with a number: "the(2)". */
function plainText(text: string): string {
  return text.replace(/\(\d+\)/g, '').trim()
}
