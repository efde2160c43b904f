import { errorToWire } from "../error_wire.ts";
import type { WireReport } from "./mail/protocol.ts";

/** What is known of an end by the error that tells of it. */
type End = Pick<WireReport, "kind" | "code" | "signal">;

const ENDS: WeakMap<object, End> = new WeakMap();

/** Notes how the actor ends that ends by `error`. */
export function endsAs<E extends Error>(error: E, end: End): E {
  ENDS.set(error, end);
  return error;
}

/** Whether the actor whose handler threw `error` has ended by what that tells of, and cannot go on. */
export function isEnd(error: unknown): boolean {
  return error instanceof Error && ENDS.has(error);
}

/** The report of an actor that ended by `error`: as `kind`, unless more is known. */
export function reportOf(
  error: unknown,
  kind: "failed" | "crashed",
  actor: string,
): WireReport {
  const end = error instanceof Error ? ENDS.get(error) : undefined;
  return { kind, code: 1, ...end, error: errorToWire(error, actor) };
}
