import { ApiError } from '@parley/contract/errors'
import { inboundAgentSchema } from '@parley/contract/phone-numbers'
import type { NodeId } from '../domain/ids.ts'
import type { ClaimedCall } from '../store/attempts.ts'
import { insertInboundCall } from '../store/inbound-calls.ts'
import type { AnsweredNumber } from '../store/inbound-numbers.ts'
import { checkOptions, languagesFor, type PlanDeps, planOf } from './plan-call.ts'

/** A call that rings for a number of ours. */
export interface RingingCall {
  readonly number: AnsweredNumber
  readonly to: string
  readonly from: string | null
  readonly providerCallId: string
}

/**
 * Makes a call of one that rings: the number's agent is checked as a request would be, since voices and models
 * come and go. Null: its trunk is full, or its account suspended. Throws ApiError where the agent cannot be had any more.
 */
export async function planInboundCall(
  deps: PlanDeps & { readonly nodeId: NodeId },
  ringing: RingingCall,
): Promise<ClaimedCall | null> {
  const { account, agent, trunk } = ringing.number
  const checked = await checkOptions(deps, account, { schema: inboundAgentSchema, body: agent })
  const errors = [...checked.faults, ...checked.faultsOfMeaning]
  if (checked.settings.suspended === true) return null
  const { speech, demandedDisclosure } = checked
  if (errors.length > 0 || speech === null) throw new ApiError('invalid_request', { errors })
  const request = inboundAgentSchema.parse(agent)
  const { to, from, providerCallId } = ringing
  const plan = planOf({
    request,
    speech,
    account,
    demandedDisclosure,
    to,
    from,
    ...languagesFor(request, deps.catalogue()),
    direction: 'inbound',
  })
  return await insertInboundCall(deps.database, {
    plan,
    agent: request,
    agentId: ringing.number.agentId,
    trunk,
    providerCallId,
    nodeId: deps.nodeId,
  })
}
