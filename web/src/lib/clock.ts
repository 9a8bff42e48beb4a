/** @file The page's only door to time: every timer can be taken back, and a test replaces the clock of the browser. */

export function now(): number {
  return Date.now();
}

/** Runs once after a delay; returns what takes it back. */
export function after(delayMs: number, run: () => void): () => void {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
}

/** Runs again and again; returns what ends it. */
export function every(periodMs: number, run: () => void): () => void {
  const timer = setInterval(run, periodMs);
  return () => clearInterval(timer);
}
