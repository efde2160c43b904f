// Both ends of a pipe send and receive; waiting for a message takes none.
import { pipe } from "@troupe/actors";

if (import.meta.main) {
  const [a, b] = pipe<string>();
  await a.send("A");
  console.log(a.pending); // false
  console.log(b.pending); // true
  console.log(await b.receive(), await b.ready({ timeout: 500 })); // "A" false, the latter after half a second
}
