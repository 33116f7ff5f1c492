// The webhook formats of all dialects.

import type { Formats } from '../webhook/format.ts'
import { dialects } from './dialects.ts'

export const dialectFormats: Formats = Object.assign(
  {},
  ...dialects.map(({ formats = {} }) => formats),
)
