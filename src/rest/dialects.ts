// The dialects: each one folder and one line.

import { calendesk } from './calendesk/calendesk.ts'
import { relentify } from './relentify/relentify.ts'
import type { Dialect } from './route.ts'

export const dialects: readonly Dialect[] = [calendesk, relentify]
