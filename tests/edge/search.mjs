// Looks for what must not have been kept, in every way it might have been written.

/** The ways in which some bytes might have been kept: name → what to search for. */
export function writings(value) {
  const bytes = Buffer.isBuffer(value) ? value : Buffer.from(value);
  const ways = { raw: bytes, hex: bytes.toString("hex"), HEX: bytes.toString("hex").toUpperCase() };
  if (!Buffer.isBuffer(value)) {
    ways["lower case"] = value.toLowerCase();
    ways["upper case"] = value.toUpperCase();
    ways["UTF-16LE"] = Buffer.from(value, "utf16le");
    ways["UTF-16BE"] = Buffer.from(value, "utf16le").swap16();
    ways["percent"] = encodeURIComponent(value);
  }
  for (const skipped of [0, 1, 2]) {
    // At this distance from the start of what was encoded: without the characters that the neighbours share.
    const text = Buffer.concat([Buffer.alloc(skipped), bytes]).toString("base64").replace(/=+$/, "");
    const whole = Math.floor(((skipped + bytes.length) * 8) / 6);
    const inner = text.slice(Math.ceil((skipped * 8) / 6), whole);
    ways[`base64 at ${skipped}`] = inner;
    ways[`base64url at ${skipped}`] = inner.replaceAll("+", "-").replaceAll("/", "_");
  }
  return Object.entries(ways);
}

/** Where it is found among files (name → bytes): "file: way". */
export function found(value, files) {
  const hits = [];
  for (const [way, wanted] of writings(value)) {
    for (const [name, bytes] of files) if (bytes.includes(wanted)) hits.push(`${name}: ${way}`);
  }
  return hits;
}
