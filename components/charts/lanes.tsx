"use client";

import { memo } from "react";
import { Icon } from "@/components/ui/icon";
import type { Lane, LaneStretch } from "./model";
import { placeInLane, wordsWidth } from "./place";
import { clampX, type Layout, overlaps, type View } from "./scale";

const SOFT: Readonly<Record<LaneStretch["tone"], string>> = {
  kept: "bg-kept-soft border-kept-chart",
  warning: "bg-warning-soft border-warning-chart",
  violation: "bg-violation-soft border-violation-chart",
  untrusted: "bg-untrusted-soft border-untrusted-chart",
  info: "bg-info-soft border-info-chart",
  unknown: "bg-sunken border-line-strong",
  gap: "border-transparent bg-[repeating-linear-gradient(135deg,var(--gap)_0_2px,transparent_2px_5px)]",
};
const TEXT: Readonly<Record<LaneStretch["tone"], string>> = {
  kept: "text-kept",
  warning: "text-warning",
  violation: "text-violation",
  untrusted: "text-untrusted",
  info: "text-info",
  unknown: "text-second",
  gap: "text-second",
};

interface LanesProps {
  readonly lanes: readonly Lane[];
  readonly layout: Layout;
  readonly view: View;
}

function Bar({ lane, layout, view }: { readonly lane: Lane } & Omit<LanesProps, "lanes">) {
  const seen = lane.stretches.filter((it) => overlaps(view, it.from, it.to));
  const words = seen.map((it) => (layout.narrow ? it.short : it.text));
  const places = placeInLane(
    seen.map((it, i) => ({ from: clampX(layout, view, it.from) + 6, width: words[i] ? wordsWidth(words[i]) + (it.icon ? 18 : 0) : 0 })),
    layout.left + 6,
    layout.right,
  );
  return (
    <div className="relative h-5">
      <div className="absolute top-1/2 h-px bg-line" style={{ left: layout.left, width: layout.right - layout.left }} />
      {seen.map((it) => {
        const from = clampX(layout, view, it.from);
        return (
          <div
            key={`${it.from} ${it.tone} ${it.text}`}
            className={`absolute inset-y-0 border-b-2 ${it.tone === "gap" ? "" : "rounded-small"} ${SOFT[it.tone]}`}
            style={{ left: from, width: Math.max(2, clampX(layout, view, it.to) - from) }}
          />
        );
      })}
      {seen.map((it, i) => {
        const x = places[i];
        if (words[i] === "") return null;
        // What finds no room in the bar is still read by those who do not see the bar.
        if (x === null || x === undefined) return <span key={`${it.from} ${it.text}`} className="sr">{`${it.text}; `}</span>;
        return (
          <span
            key={`${it.from} ${it.text}`}
            className={`absolute inset-y-0 flex items-center gap-1.25 whitespace-nowrap pb-0.5 font-medium ${TEXT[it.tone]}`}
            style={{ left: x }}
          >
            {it.icon && <Icon name={it.icon} className="size-3.25! stroke-2!" />}
            {words[i]}
          </span>
        );
      })}
    </div>
  );
}

/** Calibration, sequence, commitment and seal over the same time axis, with their meaning as words inside the bars. */
export const Lanes = memo(function Lanes({ lanes, layout, view }: LanesProps) {
  return (
    <ul aria-label="What the readings stand on" className="mt-3 grid gap-2.5 text-caption desk:mt-1.5">
      {lanes.map((lane) => (
        <li key={`${lane.name} ${lane.of}`} className="relative">
          <p className={layout.narrow ? "mb-0.5" : "absolute inset-y-0 left-0 flex items-center"}>
            <span className={layout.narrow ? "font-strong" : "w-[4.625rem] font-strong"}>{lane.name}</span>{" "}
            <span
              className={`text-quiet ${layout.narrow ? "" : "max-w-20 overflow-hidden text-ellipsis whitespace-nowrap"}`}
              title={lane.of}
            >
              {lane.of}
            </span>
          </p>
          <Bar lane={lane} layout={layout} view={view} />
        </li>
      ))}
    </ul>
  );
});
