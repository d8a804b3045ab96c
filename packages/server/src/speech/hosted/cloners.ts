import { cartesiaCloner } from '../cascade/synthesizers/cartesia/cloner.ts'
import { elevenLabsCloner } from '../cascade/synthesizers/elevenlabs/cloner.ts'
import type { Cloner } from '../port.ts'
import type { HostedConfig } from './config.ts'

/** Who makes voices of recordings, in the order of preference. */
export function hostedCloners({ elevenlabs, cartesia }: HostedConfig): Cloner[] {
  return [
    ...(elevenlabs ? [elevenLabsCloner(elevenlabs)] : []),
    ...(cartesia ? [cartesiaCloner(cartesia)] : []),
  ]
}
