/**
 * ITU-T G.722 at 64 kbit/s, seen from an 8 kHz line. The codec splits 16 kHz audio at 4 kHz and codes both halves
 * apart, six bits of every byte for the lower one and two for the upper. A telephone leg has no upper half: the
 * lower half alone is read, and written with an upper half that says silence. So no filter bank and no change of
 * rate is needed, and one byte is one sample at 8 kHz, which is also what G.722's RTP clock counts (RFC 3551 §4.5.2).
 *
 * The lower half is an adaptive prediction (two poles, six zeros; clause 3 of the recommendation) whose error is
 * quantized in steps that adapt to it. Encoder and decoder run the same predictor on the coarse four-bit error, so
 * that they stay together.
 */

/** Step sizes within one octave, 2^(11 + i/32): the logarithmic scale factor's low bits choose. */
const STEPS = Int32Array.from({ length: 32 }, (_, i) => Math.round(2 ** (11 + i / 32)))
/** Table 14: how each magnitude of the coarse code moves the scale factor. */
const SCALE_MOVES = Int32Array.of(-60, -30, 58, 172, 334, 538, 1198, 3042)
/** Coarse code to its place in `SCALE_MOVES`. */
const MAGNITUDE = Int32Array.of(0, 7, 6, 5, 4, 3, 2, 1, 7, 6, 5, 4, 3, 2, 1, 0)
/** Table 16: what a coarse code stands for, in 1/32768 of eight steps. */
const COARSE = Int32Array.of(
  0,
  -20456,
  -12896,
  -8968,
  -6288,
  -4240,
  -2584,
  -1200,
  20456,
  12896,
  8968,
  6288,
  4240,
  2584,
  1200,
  0,
)
/** Magnitudes of the fine (six-bit) codes, from the largest; below them the codes that 64 kbit/s never uses. */
const FINE_MAGNITUDES = [
  24808, 21904, 19008, 16704, 14984, 13512, 12280, 11192, 10232, 9360, 8576, 7856, 7192, 6576, 6000, 5456,
  4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032, 1688, 1360, 1040, 728,
]
const FINE = Int32Array.from([
  ...[136, 136, 136, 136].map(value => -value),
  ...FINE_MAGNITUDES.map(value => -value),
  ...FINE_MAGNITUDES,
  432,
  136,
  -432,
  -136,
])
/** Table 15: the thresholds of the fine quantizer. */
const THRESHOLDS = Int32Array.of(
  0,
  35,
  72,
  110,
  150,
  190,
  233,
  276,
  323,
  370,
  422,
  473,
  530,
  587,
  650,
  714,
  786,
  858,
  940,
  1023,
  1121,
  1219,
  1339,
  1458,
  1612,
  1765,
  1980,
  2195,
  2557,
  2919,
)
/** The upper half's code for silence, in the two high bits. */
const SILENT_UPPER = 0xc0
const LEAST_STEP = 32
const MOST_SCALE = 18_432
const ZEROS = 6

/** Saturates to 16 bits. */
const clip = (value: number): number => Math.max(-32_768, Math.min(32_767, value))

/** The predictor and the adaptive step that both directions share. */
class LowerBand {
  step = LEAST_STEP
  /** What is expected of the next sample. */
  predicted = 0
  #scale = 0
  #zeroPart = 0
  readonly #poles = new Int32Array(2)
  readonly #zeros = new Int32Array(ZEROS)
  /** Newest first: reconstructed signal, its error part alone, and the quantized errors. */
  readonly #signal = new Int32Array(2)
  readonly #partial = new Int32Array(2)
  readonly #errors = new Int32Array(ZEROS)

  /** Learns from the coarse code of a sample and predicts the next. */
  advance(coarse: number): void {
    const error = (this.step * (COARSE[coarse] ?? 0)) >> 15
    const signal = clip(this.predicted + error)
    const partial = clip(this.#zeroPart + error)
    this.#adaptPoles(partial)
    this.#adaptZeros(error)
    this.#adaptStep(coarse)
    this.#shift(signal, { partial, error })
    this.#predict()
  }

  /** Clause 3.6: signs of the last partial reconstructions say where the poles should go. */
  #adaptPoles(partial: number): void {
    const [first = 0, second = 0] = this.#poles
    const [before = 0, beforeThat = 0] = this.#partial
    const agrees = partial < 0 === before < 0
    const agreesTwo = partial < 0 === beforeThat < 0
    const drift = clip(4 * first)
    const pull = Math.min(32_767, agrees ? -drift : drift)
    const nudged = (pull >> 7) + (agreesTwo ? 128 : -128) + ((second * 32_512) >> 15)
    const newSecond = Math.max(-12_288, Math.min(12_288, nudged))
    const limit = clip(15_360 - newSecond)
    const newFirst = clip((agrees ? 192 : -192) + ((first * 32_640) >> 15))
    this.#poles[0] = Math.max(-limit, Math.min(limit, newFirst))
    this.#poles[1] = newSecond
  }

  #adaptZeros(error: number): void {
    const move = error === 0 ? 0 : 128
    for (let i = 0; i < ZEROS; i++) {
      const agrees = error < 0 === (this.#errors[i] ?? 0) < 0
      const leaked = ((this.#zeros[i] ?? 0) * 32_640) >> 15
      this.#zeros[i] = clip((agrees ? move : -move) + leaked)
    }
  }

  #adaptStep(coarse: number): void {
    const moved = ((this.#scale * 127) >> 7) + (SCALE_MOVES[MAGNITUDE[coarse] ?? 0] ?? 0)
    this.#scale = Math.max(0, Math.min(MOST_SCALE, moved))
    const octave = 8 - (this.#scale >> 11)
    const base = STEPS[(this.#scale >> 6) & 31] ?? 0
    this.step = (octave < 0 ? base << -octave : base >> octave) << 2
  }

  #shift(signal: number, { partial, error }: { partial: number; error: number }): void {
    this.#signal[1] = this.#signal[0] ?? 0
    this.#signal[0] = signal
    this.#partial[1] = this.#partial[0] ?? 0
    this.#partial[0] = partial
    this.#errors.copyWithin(1, 0, ZEROS - 1)
    this.#errors[0] = error
  }

  #predict(): void {
    let poles = 0
    for (let i = 0; i < 2; i++) poles += ((this.#poles[i] ?? 0) * clip(2 * (this.#signal[i] ?? 0))) >> 15
    let zeros = 0
    for (let i = 0; i < ZEROS; i++) zeros += ((this.#zeros[i] ?? 0) * clip(2 * (this.#errors[i] ?? 0))) >> 15
    this.#zeroPart = clip(zeros)
    this.predicted = clip(clip(poles) + this.#zeroPart)
  }
}

/** The lower half works on 14 bits and a sign bit of room; samples have 16. */
const HALF_BAND_SHIFT = 1
const LOWEST = -16_384
const HIGHEST = 16_383

export class G722Decoder {
  readonly #band = new LowerBand()

  /** One 8 kHz sample for each byte. */
  decode(bytes: Uint8Array, into: Int16Array = new Int16Array(bytes.length)): Int16Array {
    const band = this.#band
    for (let i = 0; i < bytes.length; i++) {
      const code = (bytes[i] ?? 0) & 0x3f
      const error = (band.step * (FINE[code] ?? 0)) >> 15
      const sample = Math.max(LOWEST, Math.min(HIGHEST, band.predicted + error))
      band.advance(code >> 2)
      into[i] = sample << HALF_BAND_SHIFT
    }
    return into
  }
}

export class G722Encoder {
  readonly #band = new LowerBand()

  /** One byte for each 8 kHz sample. */
  encode(samples: Int16Array, into: Uint8Array = new Uint8Array(samples.length)): Uint8Array {
    const band = this.#band
    for (let i = 0; i < samples.length; i++) {
      const error = clip(((samples[i] ?? 0) >> HALF_BAND_SHIFT) - band.predicted)
      const code = fineCode(error, band.step)
      band.advance(code >> 2)
      into[i] = SILENT_UPPER | code
    }
    return into
  }
}

/** The six-bit code of an error: positive ones count down from 61, negative ones from 63 and then from 31. */
function fineCode(error: number, step: number): number {
  const magnitude = error >= 0 ? error : -(error + 1)
  let level = 1
  while (level < THRESHOLDS.length && magnitude >= ((THRESHOLDS[level] ?? 0) * step) >> 12) level++
  if (error >= 0) return 62 - level
  return level <= 2 ? 64 - level : 34 - level
}
