/** A line that the process of an actor or a task wrote. */
export interface OutputLine {
  /** The name of the actor or task. */
  readonly name: string;
  /** Where it was written to. */
  readonly stream: "stdout" | "stderr";
  /** The line as it was written, without its end; one of more than 65,536 UTF-16 units comes in parts. */
  readonly text: string;
}
