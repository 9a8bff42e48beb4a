import { describe, expect, it } from "vitest";
import { clearIntents, Direction, type IntentColumns, intentColumns } from "../../core/index.ts";
import type { DecisionContext } from "../policy.ts";
import { type EnsembleMember, EnsemblePolicy } from "./ensemble-policy.ts";

type Say = readonly [direction: Direction, size?: number, stop?: number];

const { hold, flat, long, short } = Direction;

/** Says one thing after the other, of one symbol. */
class Speaker implements EnsembleMember {
  readonly name = "speaker";
  readonly firstBar: number;
  readonly #says: readonly Say[];
  #next = 0;

  constructor(says: readonly Say[], firstBar = 0) {
    this.#says = says;
    this.firstBar = firstBar;
  }

  reset(): void {
    this.#next = 0;
  }

  decide(_context: DecisionContext, intents: IntentColumns): void {
    const [direction, size = 0, stop = 0] = this.#says[this.#next++];
    intents.direction[0] = direction;
    intents.size[0] = size;
    intents.stopDistance[0] = stop;
  }
}

/** @param positions of the account at each decision */
async function decided(
  speakers: readonly (readonly Say[])[],
  positions: readonly number[] = [],
): Promise<{ readonly intents: readonly IntentColumns[]; readonly policy: EnsemblePolicy }> {
  const policy = new EnsemblePolicy(
    "several",
    speakers.map((says) => new Speaker(says)),
  );
  let bar = 0;
  const context = {
    tape: { symbols: 1 },
    desk: { position: () => positions[bar] ?? 0 },
  } as unknown as DecisionContext;
  await policy.reset(context);
  const intents: IntentColumns[] = [];
  for (; bar < speakers[0].length; bar++) {
    const own = intentColumns(1);
    clearIntents(own);
    await policy.decide(context, own);
    intents.push(own);
  }
  return { intents, policy };
}

const shown = ({ direction, size }: IntentColumns): readonly [number, number] => [
  direction[0],
  Number(size[0].toFixed(12)),
];

describe("several policies as one", () => {
  it("trade the mean of what they want, smaller by its deviation", async () => {
    // Wanted: 1, 0.5, -0.3. Mean 0.4, variance (0.36 + 0.01 + 0.49) / 3.
    const { intents, policy } = await decided([[[long, 1]], [[long, 0.5]], [[short, 0.3]]]);
    const deviation = Math.sqrt(0.86 / 3);
    expect(shown(intents[0])).toEqual([long, Number((0.4 * (1 - deviation)).toFixed(12))]);
    const [{ figures = {} }] = policy.explain().symbols;
    expect(figures["mean"]).toBeCloseTo(0.4, 12);
    expect(figures["disagreement"]).toBeCloseTo(deviation, 12);
    expect(figures).toMatchObject({ "member 1": 1, "member 2": 0.5, "member 3": -0.3 });
  });

  it("go short where the mean does, and have no position where they stand against each other", async () => {
    const { intents } = await decided([
      [[short, 1], [long, 1], [flat]],
      [[flat], [short, 1], [flat]],
    ]);
    // Mean -1/2, deviation 1/2; then 0.
    expect(intents.map(shown)).toEqual([
      [short, 0.25],
      [flat, 0],
      [flat, 0],
    ]);
  });

  it("of one mind do to the last bit what one of them does", async () => {
    const size = 0.1 + 0.2;
    const says: readonly Say[] = [[long, size, 0.07], [hold], [short, 1 / 3, 0.013], [flat]];
    const { intents } = await decided(Array.from({ length: 7 }, () => says));
    expect(intents.map(({ direction }) => direction[0])).toEqual([long, hold, short, flat]);
    expect(intents.map((own) => own.size[0])).toEqual([size, 0, 1 / 3, 0]);
    expect(intents.map(({ stopDistance }) => stopDistance[0])).toEqual([0.07, 0, 0.013, 0]);
  });

  it("count who holds with what it wanted last", async () => {
    const { intents } = await decided(
      [
        [[long, 1], [hold], [hold]],
        [[long, 1], [flat], [hold]],
      ],
      [0, 1, 1],
    );
    expect(intents.map(shown)).toEqual([
      [long, 1],
      [long, 0.25],
      [hold, 0],
    ]);
  });

  it("forget what was wanted of a position that was closed by its stop", async () => {
    const { intents } = await decided(
      [
        [[long, 1], [hold], [hold]],
        [[hold], [hold], [long, 0.5]],
      ],
      [0, 1, 0],
    );
    // The first wants nothing any more: 0 and 0.5 are 1/4 apart from their mean.
    expect(intents.map(shown)).toEqual([
      [long, 0.25],
      [hold, 0],
      [long, 0.25 * 0.75],
    ]);
  });

  it("leave out, after a start with a position, who has only held", async () => {
    const { intents } = await decided(
      [
        [[hold], [hold]],
        [[hold], [long, 0.5]],
      ],
      [1, 1],
    );
    expect(intents.map(shown)).toEqual([
      [hold, 0],
      [long, 0.5],
    ]);
  });

  it("take brackets from those who want that side now", async () => {
    const { intents } = await decided([[[long, 1, 0.02]], [[long, 1, 0.04]], [[short, 0.1, 0.5]]]);
    expect(intents[0].stopDistance[0]).toBeCloseTo(0.03, 15);
    expect(intents[0].urgency[0]).toBe(1);
  });

  it("begin when the last of them can", () => {
    expect(new EnsemblePolicy("x", [new Speaker([], 40), new Speaker([], 90)]).firstBar).toBe(90);
  });
});
