import { type Arbitrary, array, assert, constant, constantFrom, nat, oneof, property, record } from "fast-check";
import { describe, expect, it } from "vitest";
import { everyday } from "../../core/testing/nightly.ts";
import { type Frame, type FrameData, StreamStore, type Topic } from "../contract/index.ts";
import { ListTopic, StateTopic } from "./topic.ts";

const values = (store: StreamStore, topic: Topic): unknown => ({
  state: Object.fromEntries(store.state(topic)),
  list: store.list(topic),
});

function fresh(topic: StateTopic | ListTopic): unknown {
  const store = new StreamStore();
  store.take(topic.snapshot());
  return values(store, topic.name);
}

describe("a topic", () => {
  it("tells only what became different", () => {
    const topic = new StateTopic("jobs", "e", () => 1);
    expect(topic.update([["a", 1]])?.data).toEqual({ set: { a: 1 } });
    expect(topic.update([["a", 1]])).toBeUndefined();
    expect(
      topic.update([
        ["a", 1],
        ["b", { c: 2 }],
      ])?.data,
    ).toEqual({ set: { b: { c: 2 } } });
    expect(topic.update([["b", { c: 2 }]])?.data).toEqual({ set: {}, gone: ["a"] });
  });

  it("goes on from the place that a reader knows, from its ring, or anew", () => {
    const topic = new ListTopic("events", "e", () => 1);
    for (let i = 1; i <= 1_500; i++) topic.append([i]);
    expect(topic.since("e", 1_500)).toEqual([]);
    expect(topic.since("e", 1_498).map(({ seq, kind }) => [seq, kind])).toEqual([
      [1_499, "delta"],
      [1_500, "delta"],
    ]);
    expect(topic.since("e", 500)).toHaveLength(1_000);
    for (const [epoch, seq] of [
      ["e", 499],
      ["e", 1_501],
      ["old", 1_500],
      [undefined, undefined],
    ] as const)
      expect(topic.since(epoch, seq).map(({ kind }) => kind)).toEqual(["snapshot"]);
  });
});

type Step =
  | { readonly do: "set"; readonly id: number; readonly value: number }
  | { readonly do: "drop"; readonly id: number }
  | { readonly do: "event"; readonly value: number }
  | { readonly do: "lose" | "double" | "swap" | "deliver" | "cut" | "gap" | "restart" };

const step: Arbitrary<Step> = oneof(
  record({ do: constant("set" as const), id: nat(4), value: nat(9) }),
  record({ do: constant("drop" as const), id: nat(4) }),
  record({ do: constant("event" as const), value: nat(99) }),
  record({ do: constantFrom("lose" as const, "double", "swap", "deliver", "deliver", "cut", "gap", "restart") }),
);

describe("the page's store", () => {
  it("equals a fresh snapshot after cuts, delays, losses, doubles, reordering and restarts", () => {
    assert(
      property(array(step, { maxLength: 120 }), (steps) => {
        let epoch = 0;
        let state = new StateTopic("jobs", "0", () => 1);
        let list = new ListTopic("events", "0", () => 1);
        const store = new StreamStore();
        const kept = new Map<number, number>();
        let wire: Frame[] = [];
        const topicOf = (name: Topic): StateTopic | ListTopic => (name === "jobs" ? state : list);
        const subscribe = (name: Topic): void => {
          const place = store.place(name);
          wire.push(...topicOf(name).since(place?.epoch, place?.seq));
        };
        const send = (frame: Frame | undefined): void => {
          if (frame !== undefined) wire.push(frame);
        };
        const take = (): void => {
          const frame = wire.shift();
          if (frame === undefined) return;
          if (store.take(frame) === "hole") subscribe(frame.topic);
        };
        const update = (): void => send(state.update([...kept].map(([id, value]) => [`j${id}`, value])));
        subscribe("jobs");
        subscribe("events");
        for (const one of steps) {
          if (one.do === "set") {
            kept.set(one.id, one.value);
            update();
          } else if (one.do === "drop") {
            kept.delete(one.id);
            update();
          } else if (one.do === "event") send(list.append([one.value]));
          else if (one.do === "lose") wire.shift();
          else if (one.do === "double") send(wire[0]);
          else if (one.do === "swap") wire = [...wire.slice(1, 2), ...wire.slice(0, 1), ...wire.slice(2)];
          else if (one.do === "deliver") take();
          else if (one.do === "gap") send(state.gap());
          else if (one.do === "cut") {
            wire = [];
            subscribe("jobs");
            subscribe("events");
          } else {
            epoch++;
            state = new StateTopic("jobs", String(epoch), () => 1);
            list = new ListTopic("events", String(epoch), () => 1);
            state.update([...kept].map(([id, value]) => [`j${id}`, value]));
            wire = [];
            subscribe("jobs");
            subscribe("events");
          }
        }
        // The connection comes back once more and everything arrives.
        wire = [];
        subscribe("jobs");
        subscribe("events");
        while (wire.length > 0) take();
        for (const topic of [state, list]) expect(values(store, topic.name)).toEqual(fresh(topic));
      }),
      { numRuns: everyday(400), seed: 20_261_126 },
    );
  });

  it("notices a lost frame at the next one, not at the end", () => {
    const topic = new StateTopic("jobs", "e", () => 1);
    const store = new StreamStore();
    store.take(topic.snapshot());
    topic.update([["a", 1]]);
    const second = topic.update([["a", 2]]) as Frame;
    expect(store.take(second)).toBe("hole");
    for (const frame of topic.since("e", store.place("jobs")?.seq)) store.take(frame);
    expect(store.state("jobs").get("a")).toBe(2);
    const data: FrameData = second.data;
    expect(data).toEqual({ set: { a: 2 } });
  });
});
