/** @file A topic on the server's side: what it holds, its count, and the frames from which a reader may go on. */
import type { Frame, FrameData, Topic } from "../contract/index.ts";

/** Frames that are kept for those who come back. */
const RING = 1_000;
/** Events in a snapshot: as many as a page keeps. */
const KEPT_EVENTS = 1_000;

abstract class TopicLog {
  readonly name: Topic;
  readonly #epoch: string;
  readonly #nowMs: () => number;
  readonly #ring: Frame[] = [];
  #seq = 0;

  constructor(name: Topic, epoch: string, nowMs: () => number) {
    this.name = name;
    this.#epoch = epoch;
    this.#nowMs = nowMs;
  }

  protected abstract whole(): FrameData;

  /** Keeps the frame of a change and returns it. */
  protected add(data: FrameData): Frame {
    this.#seq++;
    const frame = this.#frame("delta", data);
    this.#ring.push(frame);
    if (this.#ring.length > RING) this.#ring.shift();
    return frame;
  }

  /** What a reader needs who knows this place: nothing, the frames since, or everything. */
  since(epoch: string | undefined, seq: number | undefined): Frame[] {
    if (epoch !== this.#epoch || seq === undefined || seq > this.#seq) return [this.snapshot()];
    if (seq === this.#seq) return [];
    const missed = this.#ring.filter((frame) => frame.seq > seq);
    return missed[0]?.seq === seq + 1 ? missed : [this.snapshot()];
  }

  snapshot(): Frame {
    return this.#frame("snapshot", this.whole());
  }

  /** Tells a reader that frames were left out: it subscribes anew. */
  gap(): Frame {
    return this.#frame("gap", null);
  }

  #frame(kind: Frame["kind"], data: FrameData): Frame {
    return { topic: this.name, epoch: this.#epoch, seq: this.#seq, kind, serverMs: this.#nowMs(), data };
  }
}

/** A map by id; a change tells what became different. */
export class StateTopic extends TopicLog {
  #values = new Map<string, { readonly text: string; readonly value: unknown }>();

  protected whole(): FrameData {
    return { set: Object.fromEntries([...this.#values].map(([id, { value }]) => [id, value])) };
  }

  /** The frame of the change, or undefined where nothing is different. */
  update(values: ReadonlyArray<readonly [id: string, value: unknown]>): Frame | undefined {
    const next = new Map<string, { text: string; value: unknown }>();
    const set: Record<string, unknown> = {};
    for (const [id, value] of values) {
      const text = JSON.stringify(value);
      next.set(id, { text, value });
      if (this.#values.get(id)?.text !== text) set[id] = value;
    }
    const gone = [...this.#values.keys()].filter((id) => !next.has(id));
    this.#values = next;
    if (gone.length === 0 && Object.keys(set).length === 0) return undefined;
    return this.add(gone.length === 0 ? { set } : { set, gone });
  }
}

/** A list that only grows. */
export class ListTopic extends TopicLog {
  #items: unknown[] = [];

  protected whole(): FrameData {
    return { add: this.#items };
  }

  append(items: readonly unknown[]): Frame | undefined {
    if (items.length === 0) return undefined;
    this.#items = [...this.#items, ...items].slice(-KEPT_EVENTS);
    return this.add({ add: items });
  }
}
