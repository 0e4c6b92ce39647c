// Unicode's tables of forms and marks, for Rust.

/** The text in form NFKD, less its marks. */
export function bare(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "");
}
