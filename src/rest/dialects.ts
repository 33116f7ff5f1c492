// The dialects: each one folder and one line.

import { appointedd } from './appointedd/appointedd.ts'
import { appointeddV1 } from './appointedd-v1/appointedd-v1.ts'
import { bookeo } from './bookeo/bookeo.ts'
import { bookingflow } from './bookingflow/bookingflow.ts'
import { calendesk } from './calendesk/calendesk.ts'
import { relentify } from './relentify/relentify.ts'
import type { Dialect } from './route.ts'

export const dialects: readonly Dialect[] = [
  appointedd,
  appointeddV1,
  bookeo,
  bookingflow,
  calendesk,
  relentify,
]
