/**
 * What is started where starts are measured: as little as there can be.
 *
 * @module
 */

/** Answers once it is there. */
export class Started {
  /** Always 42. */
  answer(): number {
    return 42;
  }
}
