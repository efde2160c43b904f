// An actor answers what it is asked; its methods are its messages.
import { actor, spawn } from "@troupe/actors";

const UpperCaser = actor(
  import.meta,
  "UpperCaser",
  class {
    submit(text: string): string {
      return text.toUpperCase();
    }
  },
);

if (import.meta.main) {
  await using upper = await spawn(UpperCaser, []);
  console.log(await upper.ask.submit("hello"), await upper.ask.submit("world")); // HELLO WORLD
}
