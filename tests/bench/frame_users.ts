/**
 * Two threads that send each other large messages of bytes.
 *
 * @module
 */
import {
  actor,
  type ActorClass,
  type Queue,
  type Receiver,
  type Sender,
} from "../../mod.ts";
import { clock } from "./raw_broadcast.ts";
import type { Total } from "./raw_order.ts";

/** What came, and when the last of it did. */
export interface FramesSeen extends Total {
  /** By the clock that all threads have. */
  readonly end: number;
}

/** One who has an end of a channel. */
export class FrameUser {
  /** Makes frames, each full of its number, where they will be read or not. Returns when it began. */
  async make(
    tx: Sender<Uint8Array> | Queue<Uint8Array>,
    count: number,
    bytes: number,
    inPlace: boolean,
  ): Promise<number> {
    const own = new Uint8Array(bytes);
    const start = clock();
    for (let i = 0; i < count; i++) {
      if (inPlace) {
        using room = "put" in tx
          ? await tx.claim(bytes)
          : await tx.claim(bytes);
        room.bytes.fill(i);
        room.commit();
      } else {
        own.fill(i);
        await ("put" in tx ? tx.put(own) : tx.send(own));
      }
    }
    tx.close();
    return start;
  }

  /** Reads frames, where they lie or not. */
  async read(
    rx: Receiver<Uint8Array> | Queue<Uint8Array>,
    frames: number,
    inPlace: boolean,
  ): Promise<FramesSeen> {
    let sum = 0;
    for (let i = 0; i < frames; i++) {
      if (inPlace) {
        using frame = "take" in rx ? await rx.lease() : await rx.lease();
        sum += frame.bytes.length;
      } else {
        const own = await ("take" in rx ? rx.take() : rx.receive());
        sum += own.length;
      }
    }
    return { count: frames, sum, end: clock() };
  }
}

/** Makes frames for another of its kind, or reads those of another. */
export const FrameUserActor: ActorClass<[], FrameUser> = actor(
  import.meta,
  "FrameUserActor",
  FrameUser,
);
