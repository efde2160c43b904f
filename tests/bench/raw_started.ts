/**
 * A raw worker that says one word as soon as it runs.
 *
 * @module
 */
import { Started } from "./started.ts";

(self as unknown as { postMessage(message: number): void }).postMessage(
  new Started().answer(),
);
