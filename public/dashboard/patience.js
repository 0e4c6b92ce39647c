// What patience buys.

/** As in docs/privacy.md, which a test computes anew. */
export const PATIENCE = [
  ["5", "1 %, 41 h", "11 %, 3.0 d", "37 %, 3.4 d"],
  ["30", "31 %, 14 h", "67 %, 13 h", "78 %, 12 h"],
  ["100", "68 %, 4 h", "79 %, 4 h", "80 %, 4 h"],
];
