/**
 * @file What a page knows of a topic, kept from frames that may be cut, doubled, lost or out of order: after the frames that a
 * fresh subscription brings, it equals what the server has.
 */
import type { Frame, Topic } from "./stream.ts";

export type TopicPlace = { readonly epoch: string; readonly seq: number };

/** What is to be done after a frame: nothing, or subscribing anew from the place that is known. */
export type Taken = "applied" | "old" | "hole";

/** Most events that are kept; the journal holds the rest. */
const KEPT_EVENTS = 1_000;

export class StreamStore {
  readonly #places = new Map<Topic, TopicPlace>();
  readonly #states = new Map<Topic, Map<string, unknown>>();
  readonly #lists = new Map<Topic, unknown[]>();
  readonly #listeners = new Set<(topic: Topic) => void>();

  /** Where a subscription may go on from; undefined before the first snapshot. */
  place(topic: Topic): TopicPlace | undefined {
    return this.#places.get(topic);
  }

  /** Values by id of a state. The map is replaced when it changes, so that it can be compared by identity. */
  state(topic: Topic): ReadonlyMap<string, unknown> {
    return this.#states.get(topic) ?? EMPTY;
  }

  /** A list's values, oldest first. Replaced when it changes. */
  list(topic: Topic): readonly unknown[] {
    return this.#lists.get(topic) ?? NOTHING;
  }

  onChange(listener: (topic: Topic) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  take(frame: Frame): Taken {
    const { topic, epoch, seq, kind, data } = frame;
    const place = this.#places.get(topic);
    if (kind === "gap") {
      this.#places.delete(topic);
      return "hole";
    }
    if (kind === "snapshot") {
      // An answer that was overtaken by a newer one changes nothing.
      if (place !== undefined && place.epoch === epoch && seq < place.seq) return "old";
      this.#replace(topic, data);
    } else {
      if (place === undefined || place.epoch !== epoch) return "hole";
      if (seq <= place.seq) return "old";
      if (seq !== place.seq + 1) return "hole";
      this.#change(topic, data);
    }
    this.#places.set(topic, { epoch, seq });
    for (const listener of this.#listeners) listener(topic);
    return "applied";
  }

  /** Forgets a topic, so that the next subscription asks for the whole. */
  forget(topic: Topic): void {
    this.#places.delete(topic);
  }

  #replace(topic: Topic, data: Frame["data"]): void {
    if (data !== null && "set" in data) this.#states.set(topic, new Map(Object.entries(data.set)));
    if (data !== null && "add" in data) this.#lists.set(topic, data.add.slice(-KEPT_EVENTS));
  }

  #change(topic: Topic, data: Frame["data"]): void {
    if (data === null) return;
    if ("add" in data) {
      this.#lists.set(topic, [...(this.#lists.get(topic) ?? []), ...data.add].slice(-KEPT_EVENTS));
      return;
    }
    const state = new Map(this.#states.get(topic));
    for (const [id, value] of Object.entries(data.set)) state.set(id, value);
    for (const id of data.gone ?? []) state.delete(id);
    this.#states.set(topic, state);
  }
}

const EMPTY: ReadonlyMap<string, unknown> = new Map();
const NOTHING: readonly unknown[] = [];
