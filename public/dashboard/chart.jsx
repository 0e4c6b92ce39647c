// Charts as SVG. d3 computes scales and paths; preact writes the elements. Colours are the style sheet's.

import { scaleLinear, scaleUtc } from "d3-scale";
import { area, line } from "d3-shape";
import { useContext, useEffect, useRef, useState } from "preact/hooks";
import { Voice } from "./context.js";
import { dayAfter } from "./place.js";

function useWidth() {
  const place = useRef(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const watch = new ResizeObserver(([{ contentRect }]) => setWidth(Math.floor(contentRect.width)));
    watch.observe(place.current);
    return () => watch.disconnect();
  }, []);
  return [place, width];
}

/** With more values than this, only the line is drawn: marks would touch each other, and the figures are in the table. */
const MOST_MARKS = 150;

const middle = ({ from, to }) => (Date.parse(from) + Date.parse(dayAfter(to, 1))) / 2;
const bounds = ({ value, interval }) => [value, interval?.low, interval?.high].filter((bound) => bound !== null && bound !== undefined);
const has = ({ value }) => value !== null;
const banded = (point) => Boolean(point && has(point) && point.interval);

/** A scale that holds all `ends`, which are not always apart. */
function scaleOver(ends, ticks) {
  const [least, most] = [Math.min(...ends), Math.max(...ends)];
  const beside = least === most ? 1 : 0;
  return scaleLinear().domain([least - beside, most + beside]).nice(ticks);
}

/**
 * A line over time with the band of its intervals. `points` are steps as the API tells them, with `kind`: `measured`,
 * `growing` (it may still change) or `forecast`. A gap is a gap. `small` leaves the axes out.
 */
export function Trend({ points, unit, label, small = false }) {
  const voice = useContext(Voice);
  const [place, width] = useWidth();
  const height = small ? 56 : 220;
  const valued = points.filter(({ value }) => value !== null);
  const known = valued.filter(({ kind }) => kind !== "forecast");
  const said = known.length
    ? voice.t("trend_of", { label, first: voice.amount(known[0].value, unit), last: voice.amount(known.at(-1).value, unit), days: voice.days(known[0].from, known.at(-1).to) })
    : voice.t("trend_empty", { label });
  return (
    <div class={small ? "chart small" : "chart"} ref={place}>
      {valued.length === 0
        ? <p class="empty">{voice.t("nothing_yet")}</p>
        : width > 0 && <svg width={width} height={height} role="img" aria-label={said}>{draw({ points, valued, unit, width, height, small, voice })}</svg>}
    </div>
  );
}

function draw({ points, valued, unit, width, height, small, voice }) {
  const y = scaleOver(valued.flatMap(bounds), 4);
  const marks = y.ticks(4);
  const named = marks.map((mark) => voice.figure(mark));
  const left = small ? 3 : 12 + 7.2 * Math.max(...named.map((name) => name.length));
  y.range(small ? [height - 5, 5] : [height - 28, 10]);
  const past = points.filter(({ kind }) => kind !== "forecast");
  const next = points.filter(({ kind }) => kind === "forecast");
  // A step that is cut off is where the forecast of all of it is: below or above it, not beside it.
  const whole = (point) => next.find(({ from, to }) => from <= point.from && point.from <= to) ?? point;
  const at = (point) => x(middle(whole(point)));
  const x = scaleUtc().domain([Date.parse(whole(points[0]).from), Date.parse(dayAfter(points.at(-1).to, 1))]).range([left, width - (small ? 3 : 10)]);
  const band = area().defined(banded).x(at).y0(({ interval }) => y(interval.low)).y1(({ interval }) => y(interval.high));
  const path = line().defined(has).x(at).y(({ value }) => y(value));
  // A band takes two neighbours: of a value by itself the interval is drawn as a line.
  const alone = new Set([past, next].flatMap((steps) => steps.filter((point, i) => banded(point) && !banded(steps[i - 1]) && !banded(steps[i + 1]))));
  const marked = ({ kind }, i) => (small ? i === valued.length - 1 : valued.length <= MOST_MARKS || kind !== "measured");
  const starts = [...new Map(points.map(whole).map((step) => [step.from, step])).values()];
  const every = Math.max(1, Math.ceil(starts.length / Math.max(1, Math.floor((width - left) / 92))));
  return (
    <>
      {!small && marks.map((mark, i) => (
        <g key={mark}>
          <line class="grid" x1={left} x2={width - 10} y1={y(mark)} y2={y(mark)} />
          <text x={left - 8} y={y(mark)} dy="0.35em" text-anchor="end">{named[i]}</text>
        </g>
      ))}
      {!small && past.length > 0 && starts.filter((_, i) => i % every === 0).map((point) => (
        <text key={point.from} x={Math.min(Math.max(at(point), left + 20), width - 32)} y={height - 8} text-anchor="middle">{voice.shortDay(point.from)}</text>
      ))}
      <path class="band" d={band(past)} />
      <path class="band ahead" d={band(next)} />
      <path class="line" d={path(past)} />
      <path class="line ahead" d={path(next)} />
      {valued.filter((point, i) => marked(point, i) || alone.has(point)).map((point) => (
        <g key={`${point.kind} ${point.from}`} class={`point ${point.kind}${alone.has(point) ? " alone" : ""}`}>
          {point.interval && (!small || alone.has(point)) && <line class="reach" x1={at(point)} x2={at(point)} y1={y(point.interval.low)} y2={y(point.interval.high)} />}
          <circle cx={at(point)} cy={y(point.value)} r={small ? 3 : 3.5} />
          {!small && (
            <circle class="touch" cx={at(point)} cy={y(point.value)} r={12}>
              <title>{`${voice.days(point.from, point.to)}\n${voice.amount(point.value, unit)}${point.interval ? `\n${voice.interval(point.interval)}` : ""}${point.n === undefined ? "" : `\nn = ${point.n}`}\n${voice.t(`kind_${point.kind}`)}`}</title>
            </circle>
          )}
        </g>
      ))}
    </>
  );
}

/** Bars, a row each: how often, beside each other. `rows` are `{name, value, shown}`; `of` is what fills the width. */
export function Bars({ rows, label, of = Math.max(1, ...rows.map(({ value }) => value)) }) {
  return (
    <ul class="bars" aria-label={label}>
      {rows.map(({ name, value, shown, kind }, i) => (
        <li key={i}>
          <span class="name">{name}</span>
          <svg class="bar" height="14" aria-hidden="true">
            <rect class="rest" width="100%" height="14" rx="3" />
            <rect class={kind ?? "full"} width={`${(100 * Math.max(0, value ?? 0)) / of}%`} height="14" rx="3" />
          </svg>
          <span class="count">{shown}</span>
        </li>
      ))}
    </ul>
  );
}

/** Values with their intervals, a row each, on one scale; a line marks the total. `rows` are `{name, value, interval, shown}`. */
export function Ranges({ rows, label, total }) {
  const x = scaleOver([...rows, { value: total }].flatMap(bounds)).range([2, 98]);
  const at = (value) => `${x(value)}%`;
  return (
    <ul class="bars ranges" aria-label={label}>
      {rows.map(({ name, value, interval, shown }, i) => (
        <li key={i}>
          <span class="name">{name}</span>
          <svg class="bar" height="22" aria-hidden="true">
            <line class="grid" x1="0" x2="100%" y1="11" y2="11" />
            {total !== null && total !== undefined && <line class="total" x1={at(total)} x2={at(total)} y1="0" y2="22" />}
            {interval && <line class="reach" x1={at(interval.low)} x2={at(interval.high)} y1="11" y2="11" />}
            {value !== null && <circle cx={at(value)} cy="11" r="5" />}
          </svg>
          <span class="count">{shown}</span>
        </li>
      ))}
    </ul>
  );
}
