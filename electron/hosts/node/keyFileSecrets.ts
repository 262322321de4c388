// Secrets encrypted with a key in a file that only this user may read: for programs without the system's secret store.
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import type { SecretStore } from "../../core/hub/TokenStore";

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Starts what this store encrypted, so that what another one encrypted is told apart at once. */
const MARK = Buffer.from("facet-key-file-1:");

export function keyFileSecrets(keyFile: string): SecretStore {
  return {
    // Windows keeps no such file from other programs of this user, nor does anything else.
    isAvailable: () => true,
    encrypt(text) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", readOrMakeKey(keyFile), nonce);
      return Buffer.concat([MARK, nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
    },
    decrypt(encrypted) {
      const start = MARK.length + NONCE_BYTES;
      if (!encrypted.subarray(0, MARK.length).equals(MARK) || encrypted.length < start + TAG_BYTES)
        throw new Error("encrypted by another store");
      const decipher = createDecipheriv("aes-256-gcm", readKey(keyFile), encrypted.subarray(MARK.length, start));
      decipher.setAuthTag(encrypted.subarray(-TAG_BYTES));
      return decipher.update(encrypted.subarray(start, -TAG_BYTES), undefined, "utf8") + decipher.final("utf8");
    },
  };
}

function readKey(file: string): Buffer {
  const key = readFileSync(file);
  if (key.length !== KEY_BYTES) throw new Error("the key file is damaged");
  return key;
}

function readOrMakeKey(file: string): Buffer {
  try {
    // Exclusive: of two programs at once, one makes the key and both use it.
    writeFileSync(file, randomBytes(KEY_BYTES), { mode: 0o600, flag: "wx" });
  } catch {
    // It is there already.
  }
  return readKey(file);
}
