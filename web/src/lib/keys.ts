/** @file The keyboard map: which keys do what, sequences of two, and nothing single that would trade or raise risk. */

export type KeyAction =
  | { readonly kind: "go"; readonly to: string }
  | { readonly kind: "palette" | "help" | "focus-halt" | "focus-search" | "theme" | "pause" };

export type Binding = { readonly keys: string; readonly about: string; readonly action: KeyAction };

/** Keys as `event.key` names them; two of a sequence are apart by a space. */
export const BINDINGS: readonly Binding[] = [
  { keys: "Ctrl+k", about: "Search screens and commands", action: { kind: "palette" } },
  { keys: "?", about: "Show this map", action: { kind: "help" } },
  { keys: "H", about: "Go to the halt button (Enter twice halts)", action: { kind: "focus-halt" } },
  { keys: "/", about: "Go to the screen's filter", action: { kind: "focus-search" } },
  { keys: "p", about: "Hold live figures still, and let them go on", action: { kind: "pause" } },
  { keys: "t t", about: "Change between dark and light", action: { kind: "theme" } },
  { keys: "g o", about: "Overview", action: { kind: "go", to: "/" } },
  { keys: "g w", about: "Wallet", action: { kind: "go", to: "/wallet" } },
  { keys: "g p", about: "Positions and orders", action: { kind: "go", to: "/positions" } },
  { keys: "g m", about: "Market", action: { kind: "go", to: "/market" } },
  { keys: "g h", about: "History", action: { kind: "go", to: "/history" } },
  { keys: "g l", about: "Live control", action: { kind: "go", to: "/live" } },
  { keys: "g s", about: "Strategies", action: { kind: "go", to: "/strategies" } },
  { keys: "g t", about: "Trainings", action: { kind: "go", to: "/runs" } },
  { keys: "g c", about: "Compare runs", action: { kind: "go", to: "/compare" } },
  { keys: "g u", about: "Studies", action: { kind: "go", to: "/studies" } },
  { keys: "g r", about: "Reports", action: { kind: "go", to: "/reports" } },
  { keys: "g v", about: "Results: walk-forwards, stress, drift, parity", action: { kind: "go", to: "/results" } },
  { keys: "g d", about: "Data", action: { kind: "go", to: "/data" } },
  { keys: "g k", about: "Risk", action: { kind: "go", to: "/risk" } },
  { keys: "g j", about: "Journal", action: { kind: "go", to: "/journal" } },
];

export type Pressed = {
  readonly key: string;
  readonly ctrl: boolean;
  readonly alt: boolean;
  /** Whether the reader is typing into a field. */
  readonly isTyping: boolean;
};

/**
 * One step of reading keys: the action that is complete, and the key that waits for its second. `singles` false leaves
 * only combinations, for readers whose devices send keys by chance.
 */
export function readKey(
  pressed: Pressed,
  waiting: string | undefined,
  singles: boolean,
): { readonly action?: KeyAction; readonly waiting?: string } {
  const name = pressed.ctrl ? `Ctrl+${pressed.key.toLowerCase()}` : pressed.key;
  if (pressed.alt) return {};
  if (!pressed.ctrl && (pressed.isTyping || !singles)) return {};
  if (waiting !== undefined) {
    const found = BINDINGS.find(({ keys }) => keys === `${waiting} ${name}`);
    if (found !== undefined) return { action: found.action };
  }
  const found = BINDINGS.find(({ keys }) => keys === name);
  if (found !== undefined) return { action: found.action };
  return BINDINGS.some(({ keys }) => keys.startsWith(`${name} `)) ? { waiting: name } : {};
}
