/**
 * Two threads with the ends of a channel.
 *
 * @module
 */
import {
  actor,
  type ActorClass,
  type Receiver,
  type Sender,
  type TypedReceiver,
  type TypedSender,
} from "../../mod.ts";
import { type Item, itemOf, type Total, weightOf } from "./raw_order.ts";

/** The record of an item; its name is as many bytes as two numbers. */
export type ItemFields = {
  /** Its number. */
  readonly id: "u32";
  /** The length of its name. */
  readonly length: "u32";
  /** Half of its name. */
  readonly name: "u32";
  /** The other half. */
  readonly more: "u32";
  /** Half of its number. */
  readonly x: "f64";
  /** A quarter of its number, negative. */
  readonly y: "f64";
};

/** Records that are sent at once, at most. */
const BATCH = 16;

/** The time by a clock that all threads have. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

/** What came, and when the last of it did. */
export interface Arrived extends Total {
  /** By the clock of {@linkcode now}. */
  readonly end: number;
}

/** One who has an end; the same for all rounds, as a thread is fast when it has run for a while. */
export class ChannelUser {
  /** Sends items as fast as it can. Returns when it began. */
  fill(tx: TypedSender<ItemFields>, count: number): number {
    const start = now();
    for (let sent = 0; sent < count;) {
      const first = sent;
      sent += tx.fill(Math.min(BATCH, count - sent), (record, i) => {
        const { id, name, x, y } = itemOf(first + i);
        record.id = id;
        record.length = name.length;
        record.name = record.more = 0x41424344;
        record.x = x;
        record.y = y;
      });
      if (sent > first) continue;
      const { id, name, x, y } = itemOf(sent++);
      tx.sendSync({ id, length: name.length, name: 1, more: 2, x, y });
    }
    tx.close();
    return start;
  }

  /** Receives items and adds them up. */
  drain(rx: TypedReceiver<ItemFields>, count: number): Arrived {
    let sum = 0;
    let got = 0;
    while (got < count) {
      const first = rx.receiveSync();
      sum += first.id + first.length + first.x + first.y;
      got++;
      got += rx.drain(({ id, length, x, y }) => sum += id + length + x + y);
    }
    return { count: got, sum, end: now() };
  }

  /** Sends small objects, each awaited. Returns when it began. */
  async sendItems(tx: Sender<Item>, count: number): Promise<number> {
    const start = now();
    for (let i = 0; i < count; i++) await tx.send(itemOf(i));
    tx.close();
    return start;
  }

  /** Receives small objects and adds them up. */
  async receiveItems(rx: Receiver<Item>): Promise<Arrived> {
    let count = 0;
    let sum = 0;
    for await (const item of rx) {
      count++;
      sum += weightOf(item);
    }
    return { count, sum, end: now() };
  }

  /** Sends messages of so many bytes as fast as it can. Returns when it began. */
  async send(
    tx: Sender<Uint8Array>,
    count: number,
    bytes: number,
  ): Promise<number> {
    const message = new Uint8Array(bytes);
    const start = now();
    for (let i = 0; i < count; i++) await tx.send(message);
    tx.close();
    return start;
  }

  /** Receives messages and counts their bytes. */
  async receive(rx: Receiver<Uint8Array>): Promise<Arrived> {
    let count = 0;
    let sum = 0;
    for await (const { length } of rx) {
      count++;
      sum += length;
    }
    return { count, sum, end: now() };
  }
}

/** Sends to another of its kind, or receives from it. */
export const ChannelUserActor: ActorClass<[], ChannelUser> = actor(
  import.meta,
  "ChannelUserActor",
  ChannelUser,
);
