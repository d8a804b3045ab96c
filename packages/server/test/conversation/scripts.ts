import { guidance } from '../../src/domain/guidance.ts'
import type { Script } from '../scripted/voice.ts'

export const endCall = { name: 'end_call', arguments: '{"reason":"confirmed"}' }

/** Confirms, and says goodbye in its own words when it ends. */
export const confirming: Script = ({ guidance: cue, heard }) => {
  if (cue === guidance.farewell) return { text: 'Goodbye then.' }
  if (/goodbye|bye/iu.test(heard)) return { text: 'Thank you, goodbye John.', tool: endCall }
  if (/yes/iu.test(heard)) return { text: 'Great, see you tomorrow, goodbye.', tool: endCall }
  return { text: 'Sorry, does tomorrow at three work for you?' }
}
