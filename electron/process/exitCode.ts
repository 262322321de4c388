// What the code says that a process ended with: a signal on Linux and macOS, a status of the system on Windows. Pure.

/**
 * "killed": by somebody else. "gave-up": an assertion or an exception, as when memory it must have is refused. "no-memory": the system or
 * the program said that this was why. "fault": a wrong access to memory or a wrong instruction. "other": an end of its own choice.
 */
export type EndCause = "killed" | "gave-up" | "no-memory" | "fault" | "other";

/** As Electron and as a shell report signals; of Windows winnt.h's and ntstatus.h's names. Windows kills with 1, which a program may choose too. */
const CAUSES: ReadonlyMap<number, EndCause> = new Map<number, EndCause>([
  // SIGKILL.
  [9, "killed"],
  [137, "killed"],
  // SIGABRT.
  [6, "gave-up"],
  [134, "gave-up"],
  // What abort() ends with on Windows where no report of errors is made.
  [3, "gave-up"],
  // STATUS_STACK_BUFFER_OVERRUN: what abort() of Microsoft's C library ends with, no overrun of a stack.
  [0xc000_0409, "gave-up"],
  // A breakpoint: what Chromium's own checks end with.
  [0x8000_0003, "gave-up"],
  // A C++ exception that nobody caught, std::bad_alloc among them.
  [0xe06d_7363, "gave-up"],
  // Chromium's code for memory that ran out.
  [0xe000_0008, "no-memory"],
  // STATUS_NO_MEMORY, STATUS_INSUFFICIENT_RESOURCES, STATUS_COMMITMENT_LIMIT, STATUS_PAGEFILE_QUOTA.
  [0xc000_0017, "no-memory"],
  [0xc000_009a, "no-memory"],
  [0xc000_012d, "no-memory"],
  [0xc000_0007, "no-memory"],
  // SIGILL, SIGBUS (of Linux, of macOS), SIGFPE, SIGSEGV.
  ...[4, 132, 7, 135, 10, 138, 8, 136, 11, 139].map((code) => [code, "fault"] as const),
  // STATUS_ACCESS_VIOLATION, STATUS_IN_PAGE_ERROR, STATUS_ILLEGAL_INSTRUCTION, STATUS_INTEGER_DIVIDE_BY_ZERO, STATUS_STACK_OVERFLOW.
  ...[0xc000_0005, 0xc000_0006, 0xc000_001d, 0xc000_0094, 0xc000_00fd].map((code) => [code, "fault"] as const),
]);

/** null: nobody saw it end. */
export function endCause(code: number | null): EndCause {
  return code === null ? "other" : (CAUSES.get(code >>> 0) ?? "other");
}

/** For logs and reports: a status of Windows as its documentation lists it, "0xC0000005". */
export function codeText(code: number | null): string {
  if (code === null) return "none";
  const unsigned = code >>> 0;
  return unsigned < 0x8000_0000 ? String(code) : `0x${unsigned.toString(16).toUpperCase()}`;
}
