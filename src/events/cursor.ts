// A place in the log of events: after which transaction and which row. Opaque to clients; ordered
// by transaction first, because rows become visible when their transaction commits, not when they
// are numbered: it is the latest that had ended when the row was written, or the row's own. Pure.

export type EventCursor = { xid: bigint; seq: bigint }

const largest = 2n ** 63n - 1n
const length = 16

/** Negative when `a` comes before `b`, 0 when they are the same place. */
export function compareCursors(a: EventCursor, b: EventCursor): number {
  if (a.xid !== b.xid) return a.xid < b.xid ? -1 : 1
  return a.seq === b.seq ? 0 : a.seq < b.seq ? -1 : 1
}

/** The text of a cursor, to be given back as `after`. */
export function encodeEventCursor({ xid, seq }: EventCursor): string {
  const bytes = Buffer.alloc(length)
  bytes.writeBigUInt64BE(xid, 0)
  bytes.writeBigUInt64BE(seq, 8)
  return bytes.toString('base64url')
}

/** The cursor in a text, or null when the text is none. Never throws. */
export function decodeEventCursor(text: string): EventCursor | null {
  const bytes = Buffer.from(text, 'base64url')
  // Buffer skips what is not base64url, so the text is compared with what it should have been.
  if (bytes.length !== length || bytes.toString('base64url') !== text) return null
  const cursor = { xid: bytes.readBigUInt64BE(0), seq: bytes.readBigUInt64BE(8) }
  return cursor.xid > largest || cursor.seq > largest ? null : cursor
}
