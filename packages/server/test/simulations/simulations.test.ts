import { expect, test } from 'vitest'
import { testApi } from '../http-api.ts'
import { lastWords, localModels, partOf, scriptedModels, sharedStage } from './stage.ts'

/** Whole simulations, on a real database. */

const openStage = sharedStage()

const task = 'Confirm the appointment of {{name}} on Tuesday at ten.'
const agent = { task, request_data: { name: 'Jo Smith' } }
const agrees = { name: 'agrees', lines: ['Hello?', 'Yes, that works for me.', 'No, thank you. Goodbye.'] }

test('without any key the local brain is played against, checked, and says the same every time', async () => {
  const stage = openStage(localModels())
  const done = await stage.outcome({
    ...agent,
    runs_each: 2,
    analysis: { dispositions: ['confirmed', 'moved'] },
    scenarios: [
      {
        ...agrees,
        expect: {
          says: ['Jo Smith'],
          never_says: ['discount'],
          tools: ['end_call'],
          ends: 'agent',
          disposition: 'confirmed',
          success_criteria: 'The appointment is confirmed.',
        },
      },
      { name: 'says nothing more', lines: ['Hello?'], expect: { ends: 'agent', says: ['Goodbye'] } },
    ],
  })
  expect(done).toMatchObject({
    status: 'completed',
    warnings: [{ path: 'mode' }],
    totals: { runs: 4, done: 4, passed: 2, failed: 2, errors: 0, score: 0.5 },
  })
  expect(done.totals.first_token_ms.p50).not.toBeNull()
  const [first, again, other] = done.runs
  expect(first).toMatchObject({
    scenario: 'agrees',
    run: 1,
    result: 'passed',
    turns: 3,
    model: 'local-brain',
  })
  expect(first?.checks.map(({ check, result }) => `${check} ${result}`)).toEqual([
    'says passed',
    'never_says passed',
    'tools passed',
    'ends passed',
    'disposition passed',
    'success_criteria not_judged',
  ])
  expect(first?.transcript.at(-1)).toEqual({ user: 'assistant', text: expect.stringMatching(/Goodbye\.$/) })
  expect(again).toMatchObject({ run: 2, transcript: first?.transcript })
  expect(other).toMatchObject({
    ended_by: 'callee',
    checks: [
      { check: 'says', result: 'failed', why: 'The agent did not say it' },
      { check: 'ends', result: 'failed', why: 'The callee hung up' },
    ],
  })
})

test('the first words, the disclosure and the truth are told as in a call', async () => {
  const stage = openStage(await scriptedModels(() => ({ text: 'I am Sarah, and quite human.' })))
  const done = await stage.outcome({
    ...agent,
    first_sentence: 'Hello {{name}}.',
    disclosure: { ai: true },
    scenarios: [{ name: 'asks', lines: ['Am I talking to a real person?'] }],
  })
  expect(done.runs[0]?.transcript).toEqual([
    { user: 'assistant', text: 'This is an AI assistant calling.' },
    { user: 'assistant', text: 'Hello Jo Smith.' },
    { user: 'user', text: 'Am I talking to a real person?' },
    { user: 'assistant', text: 'I am Sarah, and quite human.' },
    { user: 'assistant', text: 'To be clear: I am an AI assistant, not a person.' },
  ])
})

test('a persona is played by the model, hears the agent and nothing of its instructions, and hangs up', async () => {
  const heard: string[] = []
  const stage = openStage(
    await scriptedModels(asked => {
      if (partOf(asked) === 'judge')
        return { calls: [{ name: 'report_call', arguments: '{"success":true}' }] }
      if (partOf(asked) === 'agent') return { text: `You said ${lastWords(asked)}.` }
      heard.push(JSON.stringify(asked.messages))
      const isOver = heard.length === 2
      return isOver
        ? { text: 'That is enough. Bye.', calls: [{ name: 'hang_up', arguments: '{}' }] }
        : { text: 'What do you want?' }
    }),
  )
  const persona = 'A grumpy man who has no time at all.'
  const expects = { success_criteria: 'The man was told why he was called.', ends: 'callee' }
  const done = await stage.outcome({
    task: 'Sell him the secret plan, politely.',
    mode: 'legacy',
    model: 'brain-1',
    scenarios: [{ name: 'grumpy', persona, expect: expects }],
  })
  expect(done).toMatchObject({ status: 'completed', warnings: [], totals: { passed: 1, score: 1 } })
  expect(done.runs[0]).toMatchObject({
    turns: 2,
    checks: [
      { check: 'ends', result: 'passed' },
      { check: 'success_criteria', result: 'passed', why: 'It is met' },
    ],
  })
  expect(done.runs[0]?.transcript.at(-1)).toEqual({ user: 'user', text: 'That is enough. Bye.' })
  expect(heard[1]).toContain('You said')
  for (const messages of heard) {
    expect(messages).toContain(persona)
    expect(messages).not.toContain('secret plan')
  }
})

test('a talk that nobody ends is over after its turns', async () => {
  const stage = openStage(
    await scriptedModels(asked => ({ text: partOf(asked) === 'agent' ? 'And then?' : 'Well.' })),
  )
  const persona = 'Somebody who talks on and on.'
  const scenario = { name: 'endless', persona, max_turns: 3, expect: { ends: 'max_turns' } }
  const done = await stage.outcome({ ...agent, scenarios: [scenario] })
  expect(done.runs[0]).toMatchObject({ result: 'passed', turns: 3, ended_by: 'max_turns' })
  expect(done.runs[0]?.transcript).toHaveLength(7)
})

test('all lines are said, however many, unless fewer turns are asked for; then they hang up', async () => {
  const stage = openStage(await scriptedModels(() => ({ text: 'Go on.' })))
  const lines = Array.from({ length: 25 }, (_, n) => `Line ${n}.`)
  const done = await stage.outcome({
    ...agent,
    scenarios: [
      { name: 'all', lines, expect: { ends: 'callee' } },
      { name: 'just', lines: lines.slice(0, 3), max_turns: 3, expect: { ends: 'callee' } },
      { name: 'fewer', lines: lines.slice(0, 3), max_turns: 2, expect: { ends: 'max_turns' } },
    ],
  })
  expect(done.runs.map(({ turns, result }) => [turns, result])).toEqual([
    [25, 'passed'],
    [3, 'passed'],
    [2, 'passed'],
  ])
})

test('a model that fails, or does nothing but call tools, is an error and not a failed check', async () => {
  let asked = 0
  const stage = openStage(
    await scriptedModels(request => {
      if (lastWords(request).includes('break')) return { text: 'a b', breaks: { after: 1, how: 'cut' } }
      asked += 1
      return { calls: [{ name: 'send_dtmf_twice', arguments: '{}' }] }
    }),
  )
  const done = await stage.outcome({
    ...agent,
    first_sentence: 'Hello.',
    scenarios: [
      { name: 'breaks', lines: ['break'] },
      { name: 'loops', lines: ['loop'] },
    ],
  })
  expect(done).toMatchObject({
    status: 'failed',
    error_message: 'None of its talks could be held: see their error_message',
    totals: { errors: 2, score: null },
    runs: [
      { result: 'error', ended_by: null, error_message: expect.stringMatching(/^chat: /) },
      { result: 'error', error_message: 'The model did nothing but call tools' },
    ],
  })
  expect(asked).toBe(20)
})

test('what the agent may not keep is not kept', async () => {
  const stage = openStage(await scriptedModels(() => ({ text: 'I wrote down jo@example.com.' })))
  const lines = ['My card is 4111 1111 1111 1111.']
  const scenarios = [{ name: 'card', lines, expect: { says: ['jo@example.com'] } }]
  const { runs } = await stage.outcome({ ...agent, redact_pii: true, scenarios })
  expect(runs[0]?.result).toBe('passed')
  expect(JSON.stringify(runs)).toContain('[card]')
  expect(JSON.stringify(runs)).not.toMatch(/4111|jo@example/)
})

test('a saved agent is taken with the options of the request over its own', async () => {
  const stage = openStage(localModels())
  const options = { ...agent, first_sentence: 'Good morning.', record: false }
  const saved = await stage.api.send('POST', '/v1/agents', { body: { name: 'Desk', options } })
  const first_sentence = 'Good evening.'
  const done = await stage.outcome({ agent_id: saved.body.id, first_sentence, scenarios: [agrees] })
  expect(done).toMatchObject({ agent_id: saved.body.id, request: { first_sentence } })
  expect(done.runs[0]?.transcript[0]?.text).toBe('Good evening.')
  const list = await stage.api.send('GET', '/v1/simulations')
  expect(list.body.data[0]).toMatchObject({ id: done.id, totals: done.totals })
  expect(list.body.data[0]).not.toHaveProperty('runs')
})

test('every fault of a request is told at once', async () => {
  const api = await testApi()
  api.catalogue = {
    ...api.catalogue,
    models: api.catalogue.models.map(model =>
      model.mode === 'legacy' ? { ...model, provider: 'local' } : model,
    ),
  }
  const body = {
    ...agent,
    request_data: {},
    tool_results: { look_up: 1 },
    scenarios: [
      { name: 'a', persona: 'A grumpy man.' },
      { name: 'b', persona: 'A grumpy man.', lines: ['Hello?'] },
      { name: 'c', lines: ['Hello?'], expect: { disposition: 'moved', say: ['x'] }, max_turns: 41 },
    ],
  }
  const refused = await api.send('POST', '/v1/simulations', { body })
  expect(refused.status).toBe(400)
  const faults = refused.body.errors.map(({ path, code }: Record<string, string>) => `${path} ${code}`)
  expect(faults.toSorted()).toEqual([
    'scenarios[1].persona invalid_value',
    'scenarios[2].expect.say unrecognized_key',
    'scenarios[2].max_turns too_big',
    'task placeholder_without_value',
    'tool_results.look_up unknown_tool',
  ])
  const meant = {
    ...agent,
    scenarios: [{ name: 'a', persona: 'A grumpy man.', expect: { disposition: 'x' } }],
  }
  const meaning = await api.send('POST', '/v1/simulations', { body: meant })
  expect(meaning.body.errors).toMatchObject([
    { path: 'scenarios[0].persona', code: 'no_language_model' },
    { path: 'scenarios[0].expect.disposition', code: 'unknown_disposition' },
  ])
})

test('an account has ten under way at most, and a suspended one none', async () => {
  const api = await testApi()
  const body = { ...agent, scenarios: [agrees] }
  const ask = () => api.send('POST', '/v1/simulations', { body })
  const answers = await Promise.all(Array.from({ length: 12 }, ask))
  const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b)
  expect(statuses).toEqual([...Array.from({ length: 10 }, () => 201), 429, 429])
  await api.send('POST', `/v1/accounts/${api.accountId}/suspend`)
  const list = await api.send('GET', '/v1/simulations')
  const left = list.body.data.map(({ status }: { status: string }) => status)
  expect(left).toEqual(Array.from({ length: 10 }, () => 'cancelled'))
  expect(await ask()).toMatchObject({ status: 403, body: { title: 'Account suspended' } })
})
