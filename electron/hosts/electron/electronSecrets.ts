// Secrets by the key that the system keeps for this app. Main process.
import { safeStorage } from "electron";
import type { SecretStore } from "../../core/hub/TokenStore";

export const electronSecrets: SecretStore = {
  isAvailable() {
    if (!safeStorage.isEncryptionAvailable()) return false;
    // Without a keyring Chromium on Linux "encrypts" with a key that everybody knows.
    return process.platform !== "linux" || safeStorage.getSelectedStorageBackend() !== "basic_text";
  },
  encrypt: (text) => safeStorage.encryptString(text),
  decrypt: (encrypted) => safeStorage.decryptString(encrypted),
};
