// The program itself, from its entry on, and beside it whoever says what it costs.

import { answerAsks } from '../support/served.ts'

answerAsks(() => process.kill(process.pid, 'SIGTERM'))
await import('../../src/main.ts')
