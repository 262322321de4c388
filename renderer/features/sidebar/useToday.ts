// The midnight that began this day, renewed when a new day begins.
import { useEffect, useState } from "react";
import { daysBefore, startOfDay } from "./groupChats";

export function useToday(): number {
  const [todayMs, setTodayMs] = useState(() => startOfDay(Date.now()));
  useEffect(() => {
    const renew = () => setTodayMs(startOfDay(Date.now()));
    const timer = setTimeout(renew, daysBefore(todayMs, -1) - Date.now());
    // A computer that slept through midnight fires no timer, but its window is shown again.
    document.addEventListener("visibilitychange", renew);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", renew);
    };
  }, [todayMs]);
  return todayMs;
}
