import { describe, expect, it } from 'vitest'
import { admitsMachine, asksWhetherHuman, confession } from './honesty-words.ts'

const asking = [
  'Are you a robot?',
  'are you human',
  'Wait, are you even a real person?',
  'Am I talking to a machine',
  "I'm talking to a computer, right?",
  'Is this an AI?',
  'is this one of those recordings',
  'Is there a real person there',
  "You're a bot, aren't you",
  'You sound like a robot',
  'This is automated, isn’t it',
  'Human or robot?',
  'Are you real?',
  '¿Eres un robot?',
  '¿Es usted una persona real?',
  '¿Estoy hablando con una máquina?',
  'Êtes-vous un robot ?',
  'Est-ce que je parle à une vraie personne',
  'Sind Sie ein Roboter?',
  'Spreche ich mit einem Menschen?',
  'Sto parlando con un robot?',
  'Você é um robô?',
]
const notAsking = [
  'Yes that works for me',
  'Are you open on Sunday?',
  'Is this the dentist?',
  'Who is this?',
  'Is that the actual price?',
  'Are you available in person on Friday?',
  'Is there a real difference?',
  'Are you the assistant of the doctor?',
  'My computer is broken',
  'I want to speak to someone in billing',
  '¿Es mañana a las tres?',
  'Sind Sie am Montag da?',
]
const admitting = [
  "Yes, I'm an AI assistant calling for Bright Dental.",
  'I am a virtual assistant.',
  'This is an automated call, yes.',
  'Sí, soy una inteligencia artificial.',
  'Ja, ich bin ein KI-Assistent.',
  'Oui, je suis une IA.',
]
const denying = [
  'No, I am a real person.',
  "I'm not a robot, don't worry.",
  'I am Sarah from Bright Dental.',
  "I'm a human, not an AI.",
  'No soy un robot.',
  'Ich bin kein Roboter.',
  'Je ne suis pas un robot.',
]

describe('asksWhetherHuman', () => {
  it.each(asking)('%s', text => expect(asksWhetherHuman(text)).toBe(true))
  it.each(notAsking)('not: %s', text => expect(asksWhetherHuman(text)).toBe(false))
})

describe('admitsMachine', () => {
  it.each(admitting)('%s', text => expect(admitsMachine(text)).toBe(true))
  it.each(denying)('not: %s', text => expect(admitsMachine(text)).toBe(false))
  it.each(['en-US', 'es-ES', 'fr-FR', 'de-DE', 'it-IT', 'pt-BR', 'fi-FI'])('in %s', language =>
    expect(admitsMachine(confession(language))).toBe(true),
  )
})
