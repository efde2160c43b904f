import { InvalidOptionError } from "../errors.ts";
import {
  type CheckedOptions,
  checkSpawnOptions,
  type SpawnOptions,
} from "./spawn_options.ts";

/**
 * As {@linkcode checkSpawnOptions}, for what no supervisor starts: nothing comes after its end.
 *
 * @throws {InvalidOptionError} Also if it is to do something at a restart that there is not.
 */
export function checkLoneOptions(
  definition: string,
  options: SpawnOptions,
): CheckedOptions {
  const checked = checkSpawnOptions(definition, options);
  const { name = definition, redeliver, checkpointMs, onRestart } = checked;
  // What they are by default changes nothing, and may be said.
  const forRestarts = [
    ["redeliver", redeliver, 0],
    ["checkpointMs", checkpointMs, 0],
    ["mailbox.onRestart", onRestart, "keep"],
  ] as const;
  for (const [option, value, byDefault] of forRestarts) {
    if (value === byDefault) continue;
    throw new InvalidOptionError(
      `Cannot start "${name}" with '${option}' as nobody restarts it: current value is ${
        Deno.inspect(value)
      }, start it with supervise() or leave the option out`,
      { option, value },
    );
  }
  return checked;
}
