/** A module that uses a queue as it is loaded. */
import { Queue } from "../../mod.ts";

const queue = new Queue<string>();
queue.tryPut("loaded");

/** What came out. */
export const found: string = queue.takeSync({ onMain: true });
