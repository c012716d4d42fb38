"use server";

import { refresh } from "next/cache";
import { currentViewer } from "@/app/auth/session";
import { type ErrorCode, WintersealError } from "@/lib/messages/errors";
import { setCalibrationRule } from "@/lib/store/calibration-rules";
import { database } from "@/lib/store/db";

/** Sets how often the viewer's organisation has its sensors calibrated. @returns the reason when it was not set */
export async function saveCalibrationRule(months: number): Promise<{ readonly code: ErrorCode; readonly message: string } | null> {
  const viewer = await currentViewer();
  if (viewer === null) return { code: "ACCESS_DENIED", message: "Sign in first" };
  try {
    await setCalibrationRule(database().pool, viewer, months, Date.now());
  } catch (error) {
    if (error instanceof WintersealError) return { code: error.code, message: error.message };
    throw error;
  }
  refresh();
  return null;
}
