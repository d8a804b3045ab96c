import { testCarrier } from './carrier-suite.ts'
import { openSipExchange } from './sip-exchange.ts'

testCarrier('SIP', openSipExchange)
