/**
 * One raw worker that asks another by `postMessage`.
 *
 * @module
 */
import { answersOf, type AskPlan, type AskResult } from "./raw_order.ts";
import { RawThread } from "./raw_thread.ts";
import { expectResult, type Trial } from "./subject.ts";

/** Two raw workers, of which one asks the other as planned. A round is the microseconds of a round trip. */
export async function openRawAsking(plan: AskPlan): Promise<Trial> {
  const answerer = await RawThread.start();
  const asker = await RawThread.start();
  return {
    async round() {
      const { port1, port2 } = new MessageChannel();
      await answerer.order({ job: "answer", port: port1 }, [port1]);
      const { sum, roundTripUs } = await asker.order<AskResult>(
        { job: "ask", port: port2, plan },
        [port2],
      );
      expectResult("the sum of raw answers", sum, answersOf(plan.count));
      return roundTripUs;
    },
    close() {
      asker[Symbol.dispose]();
      answerer[Symbol.dispose]();
    },
  };
}
