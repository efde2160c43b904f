/** Those of `attachments` that can only be moved, never copied. */
export function movable(
  attachments: readonly unknown[] | undefined,
): Transferable[] {
  const classes = [
    MessagePort,
    ReadableStream,
    WritableStream,
    TransformStream,
  ];
  return (attachments ?? []).filter((value) =>
    classes.some((known) => value instanceof known)
  ) as Transferable[];
}
