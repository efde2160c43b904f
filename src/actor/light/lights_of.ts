import { SystemClosedError } from "../../errors.ts";
import { refuseForged } from "../border.ts";
import { definePortable } from "../../memory/portable.ts";
import { currentIsolate, type Isolate } from "../thread/isolate.ts";
import { Lights } from "./light_host.ts";
import { overflowOf, takesUrgent } from "../mail/policy_word.ts";
import { refTo } from "../ref.ts";

definePortable("light", (data) => {
  const [
    endpoint,
    life,
    local,
    name,
    incarnation,
    capacity,
    maxBytes,
    policy,
    owner,
    epoch,
  ] = data as [
    number,
    number,
    number,
    string,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  refuseForged(name, "light");
  const overflow = overflowOf(policy);
  const urgent = takesUrgent(policy);
  const isolate = currentIsolate();
  if (isolate === undefined) {
    throw new SystemClosedError(
      `Cannot receive the reference to "${name}" as no system runs here`,
    );
  }
  return refTo(
    lightsOf(isolate).meet(
      { endpoint, life, local },
      name,
      incarnation,
      {
        capacity,
        maxBytes,
        overflow,
        urgent,
        owner: { endpoint: owner, epoch },
      },
    ),
  );
});

/** The light actors of the thread of `isolate`. */
export function lightsOf(isolate: Isolate): Lights {
  return (isolate.light ??= new Lights(isolate)) as Lights;
}
