// A result as the WebSocket frame that carries it: written by hand, so that thousands of listeners
// share one serialised result. Control frames and all other messages are ws's.

/** A `next` message of graphql-transport-ws in one whole, unmasked text frame. */
export function nextFrame(operationId: string, payload: Buffer): Buffer {
  const before = `{"id":${JSON.stringify(operationId)},"type":"next","payload":`
  const beforeLength = Buffer.byteLength(before)
  const length = beforeLength + payload.length + 1
  const head = length < 126 ? 2 : length < 65_536 ? 4 : 10
  const frame = Buffer.allocUnsafe(head + length)
  frame[0] = 0x81
  if (head === 2) frame[1] = length
  else if (head === 4) {
    frame[1] = 126
    frame.writeUInt16BE(length, 2)
  } else {
    frame[1] = 127
    frame.writeBigUInt64BE(BigInt(length), 2)
  }
  frame.write(before, head)
  frame.set(payload, head + beforeLength)
  frame[head + length - 1] = 0x7d
  return frame
}
