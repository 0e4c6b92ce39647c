// A body that is written while it is sent, for Rust.

/** `[what is read, who writes]`; a write waits until there is room. */
export function pipe() {
  const { readable, writable } = new TransformStream();
  return [readable, writable.getWriter()];
}

/** Writes a text. */
export async function write(writer, text) {
  await writer.write(new TextEncoder().encode(text));
}

/** Ends the body: well, or, where something failed, as badly as the platform lets us. */
export async function end(writer, failed) {
  await (failed ? writer.abort(new Error("the rest cannot be had")) : writer.close());
}
