// How the engine's parts write to the log: main keeps it. Never message text. Engine process.
export type LogLevel = "debug" | "info" | "warn" | "error";
export type Log = (level: LogLevel, message: string) => void;
