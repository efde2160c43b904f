/**
 * The message that an incarnation was handling when it ended: what a crash report shows of it.
 *
 * One that was thrown out of is described by the thread itself; any other is
 * still in its lane, as a message is not finished before its handler has ended.
 *
 * @module
 */
import { decode } from "../../memory/codec.ts";
import type { LaneReader } from "../../memory/lane.ts";
import type { CrashDetail } from "../cell.ts";
import { Flight } from "../mail/flight.ts";
import { enterIsolate, type Isolate } from "./isolate.ts";
import { KIND, type WireState } from "../mail/protocol.ts";

/** A message as it is reported. */
export interface LastCall {
  /** The method that was called. */
  readonly method: string;
  /** The endpoint that sent it. */
  readonly from: number;
  /** Whether somebody waits for its answer. */
  readonly ask: boolean;
  /** Its arguments as encoded; not set for large ones and those that cannot be bytes. */
  readonly args?: Uint8Array<ArrayBuffer>;
}

/** Larger arguments are not reported, in bytes. */
export const MAX_ARGS_BYTES = 16_384;

/** Describes a message in flight, a call of `method`; one whose lane has read on without its arguments. */
export function lastCall(
  flying:
    | Flight
    | Pick<LaneReader, "kind" | "c" | "e" | "start" | "end" | "bytes">,
  method: string,
): LastCall {
  const { kind, c: from } = flying;
  const call = { method, from, ask: kind === KIND.ASK };
  if (flying instanceof Flight) return call;
  const { e: parcel, start, end, bytes } = flying;
  return parcel !== 0 || end - start > MAX_ARGS_BYTES
    ? call
    : { ...call, args: new Uint8Array(bytes.slice(start, end)) };
}

/** What an owner is told of the call; `caller` is the name of who sent it. */
export interface WireCrash extends LastCall {
  readonly caller: string;
}

/** What is shown of a crash: the message, and the state that was kept last. */
export function crashDetail(
  isolate: Isolate,
  crash: WireCrash | undefined,
  kept: WireState | undefined,
): CrashDetail | undefined {
  if (crash === undefined && kept === undefined) return undefined;
  enterIsolate(isolate);
  const { method, caller } = crash ?? {};
  const args = read(crash?.args, undefined) as unknown[] | undefined;
  const state = read(kept?.bytes, kept?.attachments);
  return {
    ...(method === undefined
      ? {}
      : { message: args === undefined ? { method } : { method, args } }),
    ...(caller === undefined ? {} : { caller }),
    ...(state === undefined ? {} : { state }),
  };
}

function read(
  bytes: Uint8Array | undefined,
  attachments: readonly unknown[] | undefined,
): unknown {
  if (bytes === undefined) return undefined;
  try {
    return decode(bytes, 0, bytes.length, attachments);
  } catch {
    // A report that says less is better than none.
    return undefined;
  }
}
