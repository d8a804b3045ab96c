/** Answers as they are heard on a line, and what they are: the truth that the supervisor is measured against. */

export type Label =
  | 'human'
  | 'voicemail'
  | 'ivr'
  | 'screening'
  | 'fax'
  | 'busy'
  | 'congested'
  | 'invalid_number'
  | 'unreachable'
  | 'not_connected'
  | 'nobody'

/** Said, silent (a number: milliseconds), or sounding. */
export type Part = string | number | { readonly hz: readonly number[]; readonly ms: number }

export interface Answer {
  readonly label: Label
  readonly language: 'en' | 'es'
  /** Heard before the call is answered. */
  readonly early: boolean
  /** White noise under all of it, peak of 16 bits. */
  readonly noise: number
  /** Speed of speech. */
  readonly rate: number
  readonly parts: readonly Part[]
}

const beep = (hz = 1_000, ms = 400): Part => ({ hz: [hz], ms })
const answered = { language: 'en', early: false, noise: 0, rate: 1 } as const

function all(label: Label, texts: readonly (readonly Part[])[], more: Partial<Answer> = {}): Answer[] {
  return texts.map(parts => ({ ...answered, ...more, label, parts: [300, ...parts] }))
}

const cadence = (hz: readonly number[], onMs: number, offMs: number): Part[] =>
  Array.from({ length: 6 }, () => [{ hz, ms: onMs }, offMs]).flat()

const english: readonly Answer[] = [
  ...all('human', [
    ['Hello?'],
    ['Yes?'],
    ['Hello, who is this?'],
    ['Speaking.'],
    ['Good morning, this is John speaking.'],
    ['Bright Dental, how can I help you?'],
    ['Hello?', 1_500, 'Hello? Is anybody there?'],
    ['Hi, hold on a second.', 2_000, 'Sorry, who is this?'],
    ['Hello hello, can you hear me? The line is very bad.'],
    ['Miller residence, good evening.'],
    ['Who is this? I am driving.'],
    ['Oh hi, I was just thinking of that, because my sister was there last week and she liked it.'],
    ['Hello?', 700, beep(440, 150), 800, 'Hello?'],
    ['This is Doctor Brown. I am in a meeting, can you call me back later?'],
  ]),
  ...all('human', [['Hello?'], ['Yes, who is calling please?'], ['Mom is not home right now.']], {
    rate: 1.3,
  }),
  ...all('human', [['Hello?'], ['Who is this?'], ['I can not hear you very well.']], { noise: 700 }),
  ...all('voicemail', [
    ['Hi, you have reached the voicemail of John Smith. Please leave a message after the tone.', 400, beep()],
    [
      'The person you are calling is not available. At the tone, please record your message.',
      300,
      beep(850, 300),
    ],
    ['Your call has been forwarded to an automatic voice message system.', 600, beep(1_400, 500)],
    [
      'Hello. This is Mary. I can not come to the phone right now. Leave your name and number.',
      500,
      beep(440, 500),
    ],
    [
      'You have reached the Miller family. We are out in the garden, so please call again tomorrow.',
      700,
      beep(2_000, 250),
    ],
    ['Hey, this is Bob, I am out surfing today, talk to you later.', 400, beep(620, 800)],
    ['Please leave a message after the beep.'],
    ['I am not available right now. Please leave your name, your number and a short message.'],
    ['The mailbox is full and can not accept any messages at this time. Goodbye.'],
    [
      'Hello.',
      400,
      'You have reached the voicemail of Doctor Brown.',
      400,
      'Please leave a message.',
      900,
      beep(1_000, 700),
    ],
  ]),
  ...all('voicemail', [['Please leave your message after the tone.', 400, beep(1_000, 500)]], { noise: 400 }),
  ...all('voicemail', [['Hi, please leave a message after the tone.', 300, beep(950, 350)]], { rate: 1.25 }),
  ...all('ivr', [
    ['Thank you for calling Bright Dental. For sales, press one. For support, press two.'],
    ['Please listen carefully, as our menu options have changed. For billing, press three.'],
    ['For English, press one.', 600, 'To speak to an operator, press zero.'],
    [
      'Welcome to the city office. If you know your party’s extension, dial it now. For all else, press star.',
    ],
  ]),
  ...all('screening', [
    ["Hi. If you record your name and reason for calling, I'll see if this person is available."],
    ['Please state your name and the reason for your call.'],
    [
      'The person you are calling is using a screening service. Go ahead and say your name and why you are calling.',
    ],
  ]),
  ...all('fax', [[{ hz: [2_100], ms: 2_800 }], [500, { hz: [2_100], ms: 3_400 }]]),
  ...all('nobody', [[3_000], [1_000]], {}),
  ...all('nobody', [[3_000]], { noise: 500 }),
]

const network: readonly Answer[] = [
  ...all('busy', [cadence([480, 620], 500, 500), cadence([425], 480, 480)], { early: true }),
  ...all('busy', [cadence([425], 200, 200)], { early: true, language: 'es' }),
  ...all('congested', [cadence([480, 620], 250, 250), cadence([425], 240, 240)], { early: true }),
  ...all(
    'not_connected',
    [[{ hz: [950], ms: 330 }, { hz: [1_400], ms: 330 }, { hz: [1_800], ms: 330 }, 500]],
    { early: true },
  ),
  ...all(
    'invalid_number',
    [
      [
        { hz: [913.8], ms: 274 },
        { hz: [1_370.6], ms: 274 },
        { hz: [1_776.7], ms: 380 },
        300,
        'We are sorry.',
      ],
      [
        { hz: [985.2], ms: 380 },
        { hz: [1_370.6], ms: 274 },
        { hz: [1_776.7], ms: 380 },
        300,
        'We are sorry.',
      ],
      ['The number you have dialed is not in service.'],
    ],
    { early: true },
  ),
  ...all('unreachable', [['The person you are calling is not available right now.']], { early: true }),
  ...all('voicemail', [['Please leave a message after the tone.']], { early: true }),
  ...all('nobody', [[{ hz: [440, 480], ms: 2_000 }, 4_000, { hz: [440, 480], ms: 2_000 }, 2_000]], {
    early: true,
  }),
  ...all('nobody', [[{ hz: [425], ms: 1_500 }, 3_000, { hz: [425], ms: 1_500 }, 2_000]], {
    early: true,
    language: 'es',
  }),
]

const spanish: readonly Answer[] = [
  ...all(
    'human',
    [
      ['¿Diga?'],
      ['Sí, dígame.'],
      ['Hola, ¿quién es?'],
      ['Buenos días, habla María.'],
      ['¿De parte de quién?'],
    ],
    {
      language: 'es',
    },
  ),
  ...all(
    'voicemail',
    [
      ['Este es el buzón de voz de Juan. Deje su mensaje después de la señal.', 400, beep()],
      ['En este momento no puedo atenderle. Deje su nombre y su número.', 500, beep(1_400, 500)],
      ['Hola, soy Pedro, ahora estoy de viaje y vuelvo el lunes por la mañana.', 500, beep(800, 600)],
    ],
    { language: 'es' },
  ),
  ...all('ivr', [['Para ventas, pulse uno. Para soporte, pulse dos.']], { language: 'es' }),
  ...all('screening', [['Diga su nombre y el motivo de la llamada.']], { language: 'es' }),
  ...all('invalid_number', [['El número marcado no existe.']], { language: 'es', early: true }),
  ...all('unreachable', [['El teléfono está apagado o fuera de cobertura.']], {
    language: 'es',
    early: true,
  }),
]

export const corpus: readonly Answer[] = [...english, ...network, ...spanish]
