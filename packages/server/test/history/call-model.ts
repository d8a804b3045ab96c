/**
 * The life of one call as rows, processes and leases make it, without either: what may happen in any order, and what
 * each happening does. `real-calls.test.ts` holds it against the SQL; the properties here hold for all orders.
 */

export const nodes = ['a', 'b'] as const
export type Node = (typeof nodes)[number]

export type Op =
  /** A worker takes the call: by its notification or its job, so also when somebody else has it. */
  | { readonly type: 'claim'; readonly node: Node }
  /** The INVITE leaves. */
  | { readonly type: 'invite'; readonly node: Node }
  | { readonly type: 'answer'; readonly node: Node }
  /** Something happens in the talk, and its batch is stored. */
  | { readonly type: 'report'; readonly node: Node }
  | { readonly type: 'end'; readonly node: Node }
  /** The process is gone, and what it had in hand with it. */
  | { readonly type: 'kill'; readonly node: Node }
  /** Killed or only stopped for a while: its lease is over. */
  | { readonly type: 'lapse'; readonly node: Node }
  /** Some living worker ends the calls of nodes without a lease. */
  | { readonly type: 'reap' }
  | { readonly type: 'stop' }
  | { readonly type: 'cancel' }
  /** The job after the call. */
  | { readonly type: 'finish' }

export type Status = 'queued' | 'in_progress' | 'completed' | 'failed' | 'cancelled'

/** What a worker process has in its hands. */
interface Hand {
  readonly attempt: number
  readonly invited: boolean
  readonly answered: boolean
}

export interface Model {
  readonly status: Status
  readonly attempt: number
  readonly owner: Node | null
  readonly answered: boolean
  readonly completed: boolean
  /** Types of the call's events, in their order: the place is the sequence number. */
  readonly events: readonly string[]
  /** The attempt of every INVITE that ever left. */
  readonly invites: readonly number[]
  readonly hands: Readonly<Partial<Record<Node, Hand>>>
  readonly lapsed: readonly Node[]
}

export const placed: Model = {
  status: 'queued',
  attempt: 0,
  owner: null,
  answered: false,
  completed: false,
  events: ['queued'],
  invites: [],
  hands: {},
  lapsed: [],
}

export function isTerminal(status: Status): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled'
}

export function step(model: Model, op: Op): Model {
  switch (op.type) {
    case 'claim':
      return claim(model, op.node)
    case 'invite':
    case 'answer':
      return dial(model, op)
    case 'report':
      return report(model, op.node)
    case 'end':
      return end(model, op.node)
    case 'kill':
      return { ...model, hands: without(model, op.node) }
    case 'lapse':
      return { ...model, lapsed: [...model.lapsed, op.node] }
    case 'reap':
      return reap(model)
    case 'stop':
    case 'cancel':
      return cancel(model)
    case 'finish':
      return finish(model)
  }
}

function claim(model: Model, node: Node): Model {
  if (model.status !== 'queued') return model
  const attempt = model.attempt + 1
  const hands = { ...model.hands, [node]: { attempt, invited: false, answered: false } }
  return told({ ...model, status: 'in_progress', owner: node, attempt, hands }, 'dialing')
}

/** A worker does what it does with the call in its hand, whatever the row says meanwhile. */
function dial(model: Model, { type, node }: Extract<Op, { type: 'invite' | 'answer' }>): Model {
  const hand = model.hands[node]
  if (!hand) return model
  if (type === 'invite') {
    if (hand.invited) return model
    const hands = { ...model.hands, [node]: { ...hand, invited: true } }
    return { ...model, hands, invites: [...model.invites, hand.attempt] }
  }
  if (!hand.invited || hand.answered || !owns(model, node)) return model
  const hands = { ...model.hands, [node]: { ...hand, answered: true } }
  return told({ ...model, hands, answered: true }, 'answered')
}

function report(model: Model, node: Node): Model {
  return owns(model, node) ? told(model, 'transcript') : model
}

function end(model: Model, node: Node): Model {
  const hand = model.hands[node]
  if (!hand) return model
  const left = { ...model, hands: without(model, node) }
  if (!owns(model, node)) return left
  return over(left, hand.answered ? 'completed' : 'failed')
}

function reap(model: Model): Model {
  const { status, owner, lapsed } = model
  return status === 'in_progress' && owner !== null && lapsed.includes(owner) ? over(model, 'failed') : model
}

/** A call that is dialled belongs to its worker, which is only told. */
function cancel(model: Model): Model {
  return model.status === 'queued' ? over(model, 'cancelled') : model
}

function finish(model: Model): Model {
  if (!isTerminal(model.status) || model.completed) return model
  return told({ ...model, completed: true }, 'analysed')
}

/** What nobody answered has nothing that follows. */
function over(model: Model, status: Status): Model {
  return told({ ...model, status, completed: !model.answered }, 'ended')
}

function owns({ status, owner }: Model, node: Node): boolean {
  return status === 'in_progress' && owner === node
}

function told(model: Model, event: string): Model {
  return { ...model, events: [...model.events, event] }
}

function without({ hands }: Model, node: Node): Model['hands'] {
  const { [node]: _gone, ...rest } = hands
  return rest
}
