import { testCarrier } from './carrier-suite.ts'
import { openTelnyxExchange } from './telnyx-exchange.ts'

testCarrier('Telnyx', openTelnyxExchange)
