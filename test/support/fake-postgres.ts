// A server that speaks just enough of PostgreSQL's protocol to be asked for its version: no old
// PostgreSQL is at hand for a test. https://www.postgresql.org/docs/current/protocol-flow.html
import { createServer, type Socket } from 'node:net'

/** Answers every query with one column holding `version`, the number of `server_version_num`. */
export async function fakePostgres(version: string) {
  const server = createServer((socket) => serve(socket, version))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return {
    url: `postgresql://somebody:secret@127.0.0.1:${port}/old`,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}

function serve(socket: Socket, version: string): void {
  const ready = message('Z', Buffer.from('I'))
  socket.once('data', () => {
    const authenticated = message('R', Buffer.from([0, 0, 0, 0]))
    socket.write(Buffer.concat([authenticated, ready]))
    socket.on('data', (data) => {
      if (data[0] !== 'Q'.charCodeAt(0)) return
      const column = Buffer.concat([Buffer.from('version\0'), Buffer.from(COLUMN, 'hex')])
      const row = Buffer.concat([Buffer.from([0, 1]), uint32(version.length), Buffer.from(version)])
      const description = Buffer.concat([Buffer.from([0, 1]), column])
      const complete = Buffer.from('SELECT 1\0')
      const answer = [message('T', description), message('D', row), message('C', complete), ready]
      socket.write(Buffer.concat(answer))
    })
  })
  socket.on('error', () => {})
}

// Table 0, attribute 0, type text (25), any length, no modifier, text format.
const COLUMN = '00000000' + '0000' + '00000019' + 'ffff' + 'ffffffff' + '0000'

function message(type: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(type), uint32(body.length + 4), body])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
