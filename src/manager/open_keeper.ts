import { isOfClients } from "./effect.ts";
import { Journal } from "./journal.ts";
import { type Keeper, NoKeeper } from "./keeper.ts";
import { SplitKeeper } from "./split_keeper.ts";
import type { State } from "./state.ts";

/**
 * Opens what keeps the writes of a Manager: a file beside a journal, a journal alone, or nothing. What was kept there before
 * is done in `state`.
 *
 * @param isGivenUp Whether the thread is not that of the Manager any more.
 * @throws {StateFileError} If the file cannot be used.
 */
export async function openKeeper(
  { journal, file }: { journal?: SharedArrayBuffer; file?: string },
  state: State,
  isGivenUp: () => boolean,
): Promise<Keeper> {
  if (journal === undefined) return new NoKeeper(isGivenUp);
  if (file === undefined) return new Journal(journal, state);
  // Not before it is needed: every thread that knows a Manager would load what it stands on.
  const { StateFile } = await import("./state_file.ts");
  const kept = StateFile.open(file, state);
  return new SplitKeeper(kept, new Journal(journal, state, isOfClients));
}
