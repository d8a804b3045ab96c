/** RFC 3264 §5.1 and §6.1. All functions are pure. */
export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive'

export const isDirection = (name: string): name is Direction =>
  name === 'sendrecv' || name === 'sendonly' || name === 'recvonly' || name === 'inactive'

const sends = (direction: Direction): boolean => direction === 'sendrecv' || direction === 'sendonly'
const receives = (direction: Direction): boolean => direction === 'sendrecv' || direction === 'recvonly'

function directionOf(may: { send: boolean; receive: boolean }): Direction {
  if (may.send) return may.receive ? 'sendrecv' : 'sendonly'
  return may.receive ? 'recvonly' : 'inactive'
}

/** What we may do: as much as we wish and the other side leaves room for. */
export const agreed = (theirs: Direction, wish: Direction): Direction =>
  directionOf({ send: receives(theirs) && sends(wish), receive: sends(theirs) && receives(wish) })

/** RFC 3264 §8.4: the old way to hold, an address of zeros, asks us to send nothing. */
export const whileUnreachable = (theirs: Direction): Direction =>
  directionOf({ send: sends(theirs), receive: false })
