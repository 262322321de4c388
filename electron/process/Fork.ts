// How a host makes a child process: a utility process in Electron, a forked Node elsewhere.

export interface ChildListeners {
  onMessage(message: unknown): void;
  /** It has good reason to be silent, and was for so long. */
  onPatience?(ms: number): void;
  /** Once, whatever ended it. */
  onExit(code: number): void;
}

export interface Child<To> {
  /** `ports`: of the host's own kind. */
  postMessage(message: To, ports?: readonly object[]): void;
  /** At once, native code included: nothing in the process needs to be saved. */
  kill(): void;
  /** null where it cannot be known. A host has it for processes whose memory is limited. */
  residentBytes?(): number | null;
}

/** Throws when the process cannot be made. */
export type Fork<To> = (listeners: ChildListeners) => Child<To>;
