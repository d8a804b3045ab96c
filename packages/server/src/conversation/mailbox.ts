/** More at once than a second of the liveliest call: only our own events answering each other get there. */
const capacity = 4_096

export interface Mailbox<T> {
  /** Handled at once, or after the one being handled. Never throws: trouble goes to `onTrouble`. */
  readonly post: (item: T) => void
  /** What is posted afterwards is dropped. */
  readonly close: () => void
}

/**
 * Hands items to `handle` one at a time and in order, also when handling one causes the next: a command
 * to the voice may be answered by an event before the command has returned.
 */
export function openMailbox<T>(handle: (item: T) => void, onTrouble: (error: unknown) => void): Mailbox<T> {
  const waiting: T[] = []
  let busy = false
  let open = true

  function drain(): void {
    busy = true
    try {
      for (let count = 0; open && waiting.length > 0; count += 1) {
        if (count > capacity) throw new Error('a conversation keeps itself busy')
        handle(waiting.shift() as T)
      }
    } catch (error) {
      open = false
      onTrouble(error)
    } finally {
      busy = false
    }
  }

  return {
    post(item) {
      if (!open) return
      waiting.push(item)
      if (!busy) drain()
    },
    close() {
      open = false
      waiting.length = 0
    },
  }
}
