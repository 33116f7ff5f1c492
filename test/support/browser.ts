// A real browser, where there is one: Chromium from the system, without a window.
import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

const path = process.env['CHROMIUM'] ?? '/usr/bin/chromium'

/** Why tests that need a browser are skipped; null when there is one. */
export const noBrowser = existsSync(path) ? null : `there is no ${path}; CHROMIUM names another`

/** Starts it; whoever does closes it. */
export function startBrowser(): Promise<Browser> {
  const quiet = ['--no-sandbox', '--disable-gpu', '--disable-background-networking']
  const still = ['--disable-quic', '--no-first-run', '--disable-component-update', '--disable-sync']
  return chromium.launch({ executablePath: path, args: [...quiet, ...still] })
}
