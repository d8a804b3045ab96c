import { expect, test } from 'vitest'
import { soundsLikeVoicemail } from './voicemail-words.ts'

test.each([
  ["Hi, you've reached the voicemail of John Smith", 2_500],
  ['Please leave your name and number after the tone', 3_000],
  ['The person you are calling is not available to take your call', 4_000],
  ['This is the Miller family mailbox, we are out', 3_500],
  ['Deje su mensaje después de la señal', 3_000],
  ['Bonjour, laissez un message après le bip', 3_000],
  ['Bitte hinterlassen Sie eine Nachricht nach dem Ton', 3_000],
])('a machine: %s', (text, durationMs) => {
  expect(soundsLikeVoicemail(text, durationMs)).toBe(true)
})

test.each([
  ['Hello?', 500],
  ['Yes, speaking', 900],
  ['Is this a voicemail?', 1_200],
  ['I got your voicemail', 1_500],
  ['Can you leave a message?', 1_500],
  ['I can not come to the appointment', 2_000],
])('a person: %s', (text, durationMs) => {
  expect(soundsLikeVoicemail(text, durationMs)).toBe(false)
})
