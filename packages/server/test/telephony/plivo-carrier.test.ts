import { testCarrier } from './carrier-suite.ts'
import { openPlivoExchange } from './plivo-exchange.ts'

testCarrier('Plivo', openPlivoExchange)
