// Processes that compute for long send a heartbeat from their JavaScript loop: without one they hang.
export const HEARTBEAT_INTERVAL_MS = 1000;
