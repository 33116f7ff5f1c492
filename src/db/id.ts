// Keys of rows, and row ids: UUID version 7 (RFC 9562), so that rows made together lie together in
// their index.

import { randomBytes } from 'node:crypto'

/** The primary key of every row below an account. */
export type Key = { accountId: string; id: string }

/** A new row id. The time in it is for locality only; nothing reads it. */
export function newId(): string {
  const bytes = randomBytes(16)
  bytes.writeUIntBE(Date.now(), 0, 6)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const h = bytes.toString('hex')
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-${h.slice(12, 16)}-${h.slice(16, 20)}-${h.slice(20)}`
}
