// A channel leads from one thread to another. No sentinel: the loop ends when the sender closes.
import { channel, type Receiver, run, task } from "@troupe/actors";

const printer = task(
  import.meta,
  "printer",
  async (rx: Receiver<string>) => {
    for await (const line of rx) console.log(line);
  },
);

if (import.meta.main) {
  const { tx, rx } = channel<string>({ capacity: 16 });
  await using _w = run(printer, [rx]); // rx moves; using it here again is an error
  for (const s of ["one", "two"]) await tx.send(s);
  tx.close();
}
