import type { SimulationDetail } from '@parley/contract/simulations'
import type { ChatReply } from '@parley/rehearsal/stand-ins/openai-chat/chat-reply'
import type { ChatRequest } from '@parley/rehearsal/stand-ins/openai-chat/chat-request'
import { openOpenAiChat } from '@parley/rehearsal/stand-ins/openai-chat/open-openai-chat'
import pino from 'pino'
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest'
import type { SimulationId } from '../../src/domain/ids.ts'
import { createOutgoing } from '../../src/outgoing/outgoing.ts'
import { createUrlFault } from '../../src/outgoing/url-fault.ts'
import { runSimulation, type SimulationDeps } from '../../src/simulations/run-simulation.ts'
import { chatAnalyst } from '../../src/speech/analyst/chat-analyst.ts'
import { chatBrain } from '../../src/speech/cascade/brains/chat/chat-brain.ts'
import { chatModel } from '../../src/speech/cascade/brains/chat/models.ts'
import { LocalBrain } from '../../src/speech/local/brain/local-brain.ts'
import { localBrainModel } from '../../src/speech/local/catalogue.ts'
import { LocalAnalyst } from '../../src/speech/local/local-analyst.ts'
import { textBrains } from '../../src/speech/text-brains.ts'
import { openJobs } from '../../src/store/jobs.ts'
import { createSealing } from '../../src/store/sealing.ts'
import { sharedApi, type TestApi } from '../http-api.ts'

/** Customers' servers are here, too. */
const customers = ['127.0.0.0/8']

/** The API and what plays simulations, with models that are there or are stood in for. */
export interface Stage {
  readonly api: TestApi
  readonly deps: SimulationDeps
  /** Asks for a simulation; its id. */
  ask(body: object): Promise<SimulationId>
  /** Plays what is open of it. */
  play(id: SimulationId, signal?: AbortSignal): Promise<void>
  detail(id: SimulationId): Promise<SimulationDetail>
  /** All three in a row. */
  outcome(body: object): Promise<SimulationDetail>
}

export type Models = Pick<SimulationDeps, 'brains' | 'analyst'>

/** As without any key. */
export function localModels(): Models {
  const models = [{ ...localBrainModel, default: true }]
  return {
    brains: textBrains({ brains: [{ provider: 'local', models, adapter: new LocalBrain() }] }),
    analyst: new LocalAnalyst(),
  }
}

/** One model that is the agent, the callee and the judge, and answers what the test says. */
export async function scriptedModels(reply: (asked: ChatRequest) => ChatReply): Promise<Models> {
  const standIn = await openOpenAiChat({ reply, firstTokenMs: 2, betweenTokensMs: 0 })
  onTestFinished(() => standIn[Symbol.asyncDispose]())
  const brain = chatBrain({ provider: 'chat', baseUrl: `${standIn.url}/v1`, apiKey: 'key' })
  const models = [chatModel({ id: 'brain-1', typicalLatencyMs: 1 }, { provider: 'chat', preferred: true })]
  return {
    brains: textBrains({ brains: [{ provider: 'chat', models, adapter: brain }] }),
    analyst: chatAnalyst(brain, 'brain-1'),
  }
}

/** Whom the model is to be. */
export function partOf({ tools = [] }: ChatRequest): 'agent' | 'callee' | 'judge' {
  const names = tools.map(tool => tool.function.name)
  if (names.includes('report_call')) return 'judge'
  return names.includes('hang_up') ? 'callee' : 'agent'
}

export function lastWords({ messages }: ChatRequest): string {
  return JSON.stringify(messages.at(-1)?.content ?? '')
}

/** For all tests of a file, on one database; each brings its own models. */
export function sharedStage(): (models: Models) => Stage {
  const api = sharedApi({ urlFault: createUrlFault(customers) })
  const opened = new AsyncDisposableStack()
  let parts: Omit<SimulationDeps, keyof Models> | undefined
  beforeAll(async () => {
    parts = await openParts(opened, api())
  })
  afterAll(() => opened.disposeAsync())
  return models => {
    if (parts === undefined) throw new Error('the stage is there only while tests run')
    return stageOf(api(), { ...parts, ...models })
  }
}

async function openParts(
  opened: AsyncDisposableStack,
  api: TestApi,
): Promise<Omit<SimulationDeps, keyof Models>> {
  const { database } = api
  const jobs = opened.use(await openJobs(database))
  const outgoing = opened.use(createOutgoing({ allowCidrs: customers }))
  const log = pino({ level: 'silent' })
  const sealing = createSealing(Buffer.alloc(32, 5))
  const catalogue = () => api.catalogue
  const placing = {
    jobs,
    sealing,
    catalogue,
    defaultFromNumber: null,
    homeCountries: ['US'],
    defaultCaps: {},
  }
  const tools = { database, sealing, outgoing, embedder: null, clock: Date.now, placing, log }
  return { database, jobs, tools, log, clock: Date.now }
}

function stageOf(api: TestApi, deps: SimulationDeps): Stage {
  const stage: Stage = {
    api,
    deps,
    ask: async body => {
      const asked = await api.send('POST', '/v1/simulations', { body })
      expect(asked.body).toMatchObject({ status: 'queued' })
      return asked.body.id
    },
    play: (id, signal = AbortSignal.timeout(20_000)) => runSimulation(deps, id, signal),
    detail: async id => (await api.send('GET', `/v1/simulations/${id}`)).body,
    outcome: async body => {
      const id = await stage.ask(body)
      await stage.play(id)
      return await stage.detail(id)
    },
  }
  return stage
}
