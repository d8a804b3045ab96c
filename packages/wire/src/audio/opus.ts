/**
 * Opus (RFC 6716) at 8 kHz, by libopus in WebAssembly. The library is loaded by the first call that agrees on Opus: no
 * other pays for it.
 */

/** What a receiver of our Opus wishes for. */
export interface OpusWish {
  /** Each packet carries a coarse copy of the one before, for it may have been lost. */
  readonly inBandFec: boolean
  readonly mostBitsPerSecond: number
  /** No packet longer than another: some encrypted links leak speech by their lengths. */
  readonly constantBitRate: boolean
}

/** Of a receiver who says nothing (RFC 7587 §6.1); at this rate 8 kHz speech and its copies sound as good as they can. */
export const usualOpusWish: OpusWish = {
  inBandFec: false,
  mostBitsPerSecond: 24_000,
  constantBitRate: false,
}

export interface OpusCodec extends Disposable {
  /** One packet of 20 ms; valid for good. */
  encode(samples: Int16Array): Uint8Array
  /** What a packet holds, up to 120 ms; undefined where it is no Opus. */
  decode(packet: Uint8Array): Int16Array | undefined
  /** 20 ms in place of what was lost, of which `next`, the packet behind it, may carry a copy. */
  conceal(next?: Uint8Array): Int16Array
}

/** Above any 20 ms of ours at the highest rate. */
export const MOST_OPUS_BYTES = 400
/** 220 µs a frame; 385 at the highest, which is 10. */
const COMPLEXITY = 5
/** So much loss the copies are made for, where they are wished. */
const EXPECTED_LOSS_PERCENT = 10
const FRAME_SAMPLES = 160
const LONGEST_SAMPLES = 960

export async function openOpus(wish: OpusWish): Promise<OpusCodec> {
  const { createDecoder, createEncoder, Application, OpusError } = await import('libopus-wasm')
  const encoder = await createEncoder({
    sampleRate: 8000,
    channels: 1,
    frameSize: FRAME_SAMPLES,
    application: Application.Voip,
    bitrate: wish.mostBitsPerSecond,
    complexity: COMPLEXITY,
    fec: wish.inBandFec,
    packetLossPercent: wish.inBandFec ? EXPECTED_LOSS_PERCENT : 0,
    vbr: !wish.constantBitRate,
  })
  const decoder = await createDecoder({ sampleRate: 8000, channels: 1, maxFrameSize: LONGEST_SAMPLES })
  const whole = { maxPacketBytes: MOST_OPUS_BYTES }
  const lost = { frameSize: FRAME_SAMPLES }
  const copy = { frameSize: FRAME_SAMPLES, decodeFec: true }
  const orNothing = (decode: () => Int16Array): Int16Array | undefined => {
    try {
      return decode()
    } catch (error) {
      // The library refuses empty and overlong packets by these.
      if (error instanceof OpusError || error instanceof RangeError || error instanceof TypeError)
        return undefined
      throw error
    }
  }
  return {
    encode: samples => encoder.encode(samples, whole),
    decode: packet => orNothing(() => decoder.decode(packet)),
    conceal: next => (next && orNothing(() => decoder.decode(next, copy))) ?? decoder.decode(null, lost),
    [Symbol.dispose]() {
      encoder.free()
      decoder.free()
    },
  }
}
