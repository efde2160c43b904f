import type { LaneReader } from "../../memory/lane.ts";
import type { Address, WireReport } from "../mail/protocol.ts";
import type { LightTieNotice } from "./light_ties.ts";

/** The light actors of a thread, and what it knows of those elsewhere; see light_host.ts. */
export interface LightMail {
  /** Their links: takes what the nursery says of them. */
  readonly ties: { receive(message: LightTieNotice): void };
  /** Whether one of them would handle a message now. */
  readonly ready: boolean;
  /** Lets them handle messages until there are none or the slice is over. Returns how many. */
  work(): number;
  /** Takes a record that is for one of them, or about one; the record is freed when this returns. */
  receive(lane: LaneReader): void;
  /** An incarnation of the thread at `address` ended. */
  gone(address: Address, report: WireReport, final: boolean): void;
  /** The thread is up: from now on others may start actors on it. */
  openForOthers(): void;
  /** A lane that leads here was read to its end: who wrote it has ended. */
  drained(): void;
  /** Drops what has waited longer than it may. Returns when the next has, `Infinity` if none waits. */
  expire(now: number): number;
  /** The system is closed: nothing that waits for room will be sent. */
  close(): void;
}
