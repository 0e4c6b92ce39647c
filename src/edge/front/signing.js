// Ed25519 (RFC 8032) by the platform's WebCrypto, for Rust.

// What stands before the seed in its PKCS #8 form (RFC 8410, section 7).
const PKCS8 = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/** The key of a seed of 32 bytes: `[what signs, its public half in base64url]`. */
export async function open(seed) {
  const form = Uint8Array.of(...PKCS8, ...seed);
  const key = await crypto.subtle.importKey("pkcs8", form, "Ed25519", true, ["sign"]);
  return [key, (await crypto.subtle.exportKey("jwk", key)).x];
}

/** The 64 bytes of a signature. */
export async function sign(key, text) {
  return new Uint8Array(await crypto.subtle.sign("Ed25519", key, new TextEncoder().encode(text)));
}
