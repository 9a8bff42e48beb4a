/**
 * @file Action spaces: what a policy may choose for one symbol, and how a choice becomes an intent. A choice is one
 * category and, for some spaces, numbers in [0, 1] from Beta heads. A number counts only where its category uses it.
 */
import { Direction, type IntentColumns, TidemarkError } from "../core/index.ts";
import { Permission } from "../risk/choices.ts";

export type ActionSpaceName = "direction-size" | "target" | "discrete3" | "hierarchical";

export type BetaHead = {
  readonly name: string;
  /** By category: 1 where the number acts. */
  readonly usedBy: Uint8Array;
};

export type ActionSpace = {
  readonly name: string;
  readonly categories: readonly string[];
  readonly betaHeads: readonly BetaHead[];
  /** By category: the permission it needs; 0 where it is always allowed. */
  readonly needs: Uint8Array;
  /**
   * Writes the choice for `symbol` into the intents. `numbers` holds this row's Beta values from `offset` on.
   * Columns that the choice does not speak of are left as they are (the caller clears them first).
   */
  readonly toIntent: (
    category: number,
    numbers: Float32Array,
    offset: number,
    symbol: number,
    intents: IntentColumns,
  ) => void;
};

const directions = {
  hold: Direction.hold,
  flat: Direction.flat,
  long: Direction.long,
  short: Direction.short,
} as const;

const permissions = { hold: 0, flat: Permission.flat, long: Permission.long, short: Permission.short } as const;

type DirectionName = keyof typeof directions;

/** The greatest stop distance of the hierarchical space and the smallest, as shares of price. */
const STOP_DISTANCE = { min: 0.005, max: 0.05 } as const;

function directionSize(): ActionSpace {
  const names: readonly DirectionName[] = ["hold", "long", "short"];
  return {
    name: "direction-size",
    categories: names,
    betaHeads: [{ name: "size", usedBy: Uint8Array.of(0, 1, 1) }],
    needs: Uint8Array.from(names, (name) => permissions[name]),
    toIntent: (category, numbers, offset, symbol, intents) => {
      intents.direction[symbol] = directions[names[category]];
      intents.size[symbol] = category === 0 ? 0 : numbers[offset];
    },
  };
}

function target(): ActionSpace {
  const rows: ReadonlyArray<readonly [name: string, direction: DirectionName, size: number]> = [
    ["flat", "flat", 0],
    ["long 0.5", "long", 0.5],
    ["long 1.0", "long", 1],
    ["short 0.5", "short", 0.5],
    ["short 1.0", "short", 1],
  ];
  return {
    name: "target",
    categories: rows.map(([name]) => name),
    betaHeads: [],
    // Flat is the choice that is left when nothing else is allowed.
    needs: Uint8Array.from(rows, ([, direction]) => (direction === "flat" ? 0 : permissions[direction])),
    toIntent: (category, _numbers, _offset, symbol, intents) => {
      const [, direction, size] = rows[category];
      intents.direction[symbol] = directions[direction];
      intents.size[symbol] = size;
    },
  };
}

function discrete3(): ActionSpace {
  const names: readonly DirectionName[] = ["hold", "long", "short"];
  return {
    name: "discrete3",
    categories: names,
    betaHeads: [],
    needs: Uint8Array.from(names, (name) => permissions[name]),
    toIntent: (category, _numbers, _offset, symbol, intents) => {
      intents.direction[symbol] = directions[names[category]];
      intents.size[symbol] = category === 0 ? 0 : 1;
    },
  };
}

function hierarchical(): ActionSpace {
  const names: readonly DirectionName[] = ["hold", "flat", "long", "short"];
  const usedBy = Uint8Array.of(0, 0, 1, 1);
  return {
    name: "hierarchical",
    categories: names,
    betaHeads: [
      { name: "size", usedBy },
      { name: "stop", usedBy },
      { name: "urgency", usedBy },
    ],
    needs: Uint8Array.from(names, (name) => (name === "flat" ? 0 : permissions[name])),
    toIntent: (category, numbers, offset, symbol, intents) => {
      intents.direction[symbol] = directions[names[category]];
      if (category < 2) return;
      intents.size[symbol] = numbers[offset];
      intents.stopDistance[symbol] = STOP_DISTANCE.min + (STOP_DISTANCE.max - STOP_DISTANCE.min) * numbers[offset + 1];
      intents.urgency[symbol] = numbers[offset + 2];
    },
  };
}

const SPACES: Readonly<Record<ActionSpaceName, () => ActionSpace>> = {
  "direction-size": directionSize,
  target,
  discrete3,
  hierarchical,
};

export const ACTION_SPACE_NAMES = Object.keys(SPACES) as readonly ActionSpaceName[];

/** The named action space. Throws CONFIG_VALUE for another name. */
export function actionSpace(name: string): ActionSpace {
  if (!Object.hasOwn(SPACES, name)) {
    throw new TidemarkError("CONFIG_VALUE", {
      what: `"${name}" is not an action space`,
      where: "model.action_space",
      fix: `Use one of ${ACTION_SPACE_NAMES.join(", ")}.`,
    });
  }
  return SPACES[name as ActionSpaceName]();
}

/** A space of plain categories without a meaning in a market, for tasks such as CartPole. */
export function categoricalSpace(count: number): ActionSpace {
  return {
    name: `categorical-${count}`,
    categories: Array.from({ length: count }, (_, i) => String(i)),
    betaHeads: [],
    needs: new Uint8Array(count),
    toIntent: () => {
      throw new TidemarkError("INVARIANT", { what: "A plain categorical space has no intents" });
    },
  };
}

/** What is added to the logit of a category that is not allowed: large enough to be never chosen, small enough to stay finite. */
export const MASKED_LOGIT = -1e8;

/**
 * Writes the additive masks of one symbol's categories: 0 where allowed, MASKED_LOGIT where not.
 * @param permission bits of what is allowed now
 */
export function writeMask(space: ActionSpace, permission: number, out: Float32Array, offset: number): void {
  const needs = space.needs;
  for (let c = 0; c < needs.length; c++) {
    out[offset + c] = (permission & needs[c]) === needs[c] ? 0 : MASKED_LOGIT;
  }
}
