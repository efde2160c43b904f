/**
 * Runs in the nursery's thread; see nursery.ts.
 *
 * @module
 */
import { Foreseen } from "./foreseen.ts";
import { Nursery } from "./nursery.ts";
import type { FromNursery, ToNursery } from "../mail/protocol.ts";

const scope = self as unknown as {
  onmessage: ((event: MessageEvent<ToNursery>) => void) | null;
  postMessage(message: FromNursery, transfer?: Transferable[]): void;
};

let nursery: Nursery | undefined;

scope.onmessage = ({ data }) => {
  if (data.type === "hello") {
    nursery = new Nursery(
      data.table,
      data.lives,
      data.spares,
      new Foreseen(data.foreseen),
      (message, transfer) => scope.postMessage(message, transfer ?? []),
    );
  } else nursery?.receive(data);
};
