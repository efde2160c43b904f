import { Refusal } from "../../errors.ts";
import { isThenable } from "../is_thenable.ts";
import type { Cause } from "../mail/ask_chain.ts";
import type { Notice } from "../mail/notice_queue.ts";
import type { Isolate } from "./isolate.ts";
import { tamed } from "../../error_wire.ts";

/** Nobody waits for the handler of a notice. */
const NOTICE: Cause = { kind: 0, c: 0 };

/** What the loop of an actor does about a notice. */
export interface NoticeTaker {
  readonly isolate: Isolate;
  readonly concurrency: number;
  /** So many more handlers run. */
  running(more: number): void;
  /** The handler has ended: the actor may have another state. */
  changed(): void;
  /** The handler threw. */
  failed(error: unknown): void;
}

/** Handles a notice as a message is handled. */
export function handleNotice(notice: Notice, taker: NoticeTaker): void {
  const { isolate: { chain }, isolate } = taker;
  const alone = taker.concurrency === 1;
  if (alone) chain.begin(NOTICE);
  const over = (): void => {
    if (alone) chain.end();
    taker.changed();
  };
  const failed = (error: unknown): void => {
    over();
    if (!(tamed(error) instanceof Refusal)) taker.failed(error);
  };
  try {
    const result = notice();
    if (!isThenable(result)) return over();
    taker.running(1);
    result.then(() => {
      taker.running(-1);
      over();
      isolate.wake();
    }, (error) => {
      taker.running(-1);
      failed(error);
      isolate.wake();
    });
  } catch (error) {
    failed(error);
  }
}
