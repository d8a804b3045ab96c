import { describe, expect, test } from 'vitest'
import { announcementIn, talkerOf } from './judge-words.ts'

describe('voicemail', () => {
  test.each([
    ["Hi, you've reached the voicemail of John Smith", 2_500],
    ['Please leave your name and number after the tone', 3_000],
    ['The person you are calling is not available to take your call', 4_000],
    ['This is the Miller family mailbox, we are out', 3_500],
    ['At the tone please record your message', 3_000],
    ['The person you are calling is not available. At the tone, please record your message.', 5_000],
    ['Your call has been forwarded to an automatic voice message system', 4_000],
    ['The mailbox is full and cannot accept messages at this time', 4_000],
    ['Hey you have reached Bob and I am out surfing', 3_500],
    ['Deje su mensaje después de la señal', 3_000],
    ['Este es el buzón de voz del número que ha marcado', 3_000],
    ['En este momento no puedo atenderte, deja tu nombre', 3_000],
    ['Bonjour, laissez un message après le bip', 3_000],
    ['Bitte hinterlassen Sie eine Nachricht nach dem Ton', 3_000],
  ])('%s', (text, durationMs) => {
    expect(talkerOf(text, durationMs)).toBe('voicemail')
  })
})

describe('screening', () => {
  test.each([
    "Hi, if you record your name and reason for calling, I'll see if this person is available.",
    'please state your name and reason for your call',
    "Hi, I'm Call Assist by Google recording this call. Before I try to connect you, can I ask what you're calling about?",
    "the person you're calling is using a screening service and will get a copy of this conversation",
    'go ahead and say your name and why you are calling',
    'Diga su nombre y el motivo de la llamada',
    'Graba tu nombre y motivo de tu llamada y veré si esta persona está disponible',
  ])('%s', text => {
    expect(talkerOf(text, 4_000)).toBe('screening')
  })
})

test.each(['Hi, if you record your name', 'if you record your name and', 'Please leave your name'])(
  'half a sentence, of a mailbox or of a screener, is nobody yet: %s',
  text => {
    expect(talkerOf(text, 2_000)).toBeNull()
  },
)

describe('menus and waiting', () => {
  test.each([
    ['For sales press one. For support press two.', 'menu'],
    ['Please listen carefully as our menu options have changed', 'menu'],
    ['Para ventas pulse uno', 'menu'],
    ['Please stay on the line', 'waiting'],
    ['Your call is important to us', 'waiting'],
    ['No cuelgue por favor', 'waiting'],
  ] as const)('%s', (text, talker) => {
    expect(talkerOf(text, 3_000)).toBe(talker)
  })
})

describe('a person', () => {
  test.each([
    ['Hello?', 500],
    ['Yes, speaking', 900],
    ['Is this a voicemail?', 1_200],
    ['I got your voicemail', 1_500],
    ['Can you leave a message?', 1_500],
    ['I can not come to the appointment', 2_000],
    ['Hello this is Maria speaking how can I help you', 2_800],
    ['Good morning Bright Dental, Sarah speaking', 2_800],
    ['I need to press my shirt first', 2_000],
    ['Who is calling please', 1_200],
    ['What is the reason for your call?', 1_800],
    ['Diga', 400],
    ['Sí, dígame', 700],
    ['¿De parte de quién?', 1_200],
    ['No puedo hablar ahora, llámame luego', 2_000],
  ])('%s', (text, durationMs) => {
    expect(talkerOf(text, durationMs)).toBeNull()
  })
})

describe('announcements', () => {
  test.each([
    [
      'The number you have dialed is not in service. Please check the number and dial again.',
      'invalid_number',
    ],
    ['The number you have dialed has been disconnected', 'invalid_number'],
    ['The person you are calling is busy', 'busy'],
    ['All circuits are busy now. Please try your call again later.', 'congested'],
    ['The mobile customer you are calling is not available', 'unreachable'],
    ['The number you are calling is switched off', 'unreachable'],
    ['El número marcado no existe', 'invalid_number'],
    ['El teléfono al que llama está apagado o fuera de cobertura en este momento', 'unreachable'],
    ['El abonado al que usted llama está comunicando', 'busy'],
    ['Por sobrecarga en la red', 'congested'],
    ['Hello?', null],
  ] as const)('%s', (text, meaning) => {
    expect(announcementIn(text)).toBe(meaning)
  })
})
