import { testCarrier } from './carrier-suite.ts'
import { openTwilioExchange } from './twilio-exchange.ts'

testCarrier('Twilio', openTwilioExchange)
