import fc from 'fast-check'
import { nodes, type Op } from './call-model.ts'

const node = fc.constantFrom(...nodes)
const ofNode = (type: Extract<Op, { node: unknown }>['type'], weight: number) => ({
  weight,
  arbitrary: fc.record({ type: fc.constant(type), node }) as fc.Arbitrary<Op>,
})
const alone = (type: Exclude<Op, { node: unknown }>['type'], weight: number) => ({
  weight,
  arbitrary: fc.constant({ type } as Op),
})

/** Workers that race, die, stop for a while and come back; customers and jobs that come in between. */
export const anyOrder: fc.Arbitrary<Op[]> = fc.array(
  fc.oneof(
    ofNode('claim', 10),
    ofNode('invite', 10),
    ofNode('answer', 10),
    ofNode('report', 6),
    ofNode('end', 5),
    ofNode('kill', 1),
    ofNode('lapse', 2),
    alone('reap', 3),
    alone('stop', 1),
    alone('cancel', 1),
    alone('finish', 2),
  ),
  { minLength: 1, maxLength: 30, size: 'max' },
)
