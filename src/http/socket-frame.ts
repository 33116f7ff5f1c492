// A result as the WebSocket frame that carries it: written by hand, so that thousands of listeners
// share one serialised result. A frame is a string with a character for each byte ('latin1'),
// because Node hands such strings to the network with less work than buffers made for one write.
// Control frames and all other messages are ws's.

/** The UTF-8 of a text, a character for each byte. */
export function bytesOf(text: string): string {
  return beyondAscii.test(text) ? Buffer.from(text).toString('latin1') : text
}

const beyondAscii = /[^\0-\x7f]/

/** A `next` message of graphql-transport-ws in one whole, unmasked text frame. */
export function nextFrame(operationId: string, payload: string): string {
  const before = `{"id":${quoted(operationId)},"type":"next","payload":`
  return `${head(before.length + payload.length + 1)}${before}${payload}}`
}

/** As JSON; nearly all ids are uuids or numbers, in which nothing is escaped. */
function quoted(text: string): string {
  return plain.test(text) ? `"${text}"` : bytesOf(JSON.stringify(text))
}

const plain = /^[\w-]*$/

function head(length: number): string {
  if (length < 126) return String.fromCharCode(0x81, length)
  if (length < 65_536) return String.fromCharCode(0x81, 126, length >> 8, length & 0xff)
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(length))
  return String.fromCharCode(0x81, 127, ...bytes)
}
