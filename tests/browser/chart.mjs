// Reads a chart back as an eye would: what is drawn, held against what its axis says.

/** The straight line through two points, as a function. */
const through = ([a, atA], [b, atB]) => (x) => atA + ((x - a) * (atB - atA)) / (b - a);

/**
 * What a trend shows, from its pixels through the labels of its axis: `points` as `{kinds, x, value, low?, high?}` (the
 * ends are those of a line of its own), `band` and `ahead` as the ends of the bands, `[low, high]` from left to right,
 * `labels` as the texts below, `{text, x}`.
 */
export async function readTrend(chart) {
  const drawn = await chart.locator("svg[role=img]").evaluate((svg) => {
    const number = (element, name) => Number(element.getAttribute(name));
    const texts = [...svg.querySelectorAll("text")].map((text) => ({ text: text.textContent, x: number(text, "x"), y: number(text, "y"), anchor: text.getAttribute("text-anchor") }));
    const corners = (path) => [...(path?.getAttribute("d") ?? "").matchAll(/(-?[\d.]+),(-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
    return {
      axis: texts.filter(({ anchor }) => anchor === "end"),
      labels: texts.filter(({ anchor }) => anchor === "middle"),
      points: [...svg.querySelectorAll(".point")].map((point) => {
        const [circle, reach] = [point.querySelector("circle:not(.touch)"), point.querySelector(".reach")];
        return {
          kinds: [...point.classList].slice(1), x: number(circle, "cx"), y: number(circle, "cy"),
          reach: reach && getComputedStyle(reach).stroke !== "none" ? [number(reach, "y1"), number(reach, "y2")] : null,
        };
      }),
      bands: [".band:not(.ahead)", ".band.ahead"].map((name) => corners(svg.querySelector(name))),
    };
  });
  const says = ({ text, y }) => [y, Number(text.replace("−", "-"))];
  const value = through(says(drawn.axis[0]), says(drawn.axis.at(-1)));
  // A band goes there along one end, and back along the other.
  const ends = (corners) => corners.slice(0, corners.length / 2).map((corner, i) => [corner[1], corners.at(-1 - i)[1]].map(value).sort((a, b) => a - b));
  return {
    points: drawn.points.map(({ kinds, x, y, reach }) => ({ kinds, x, value: value(y), ...(reach && { low: value(reach[0]), high: value(reach[1]) }) })),
    band: ends(drawn.bands[0]),
    ahead: ends(drawn.bands[1]),
    axis: drawn.axis.map(says).map(([, value]) => value),
    labels: drawn.labels.map(({ text, x }) => ({ text, x })),
  };
}

/** What bars show: `{name, part, shown, kind}` from top to bottom, `part` of the width that is filled, from 0 to 1. */
export const readBars = (list) => list.locator("li").evaluateAll((rows) => rows.map((row) => {
  const [rest, bar] = row.querySelectorAll("rect");
  return {
    name: row.querySelector(".name").textContent, shown: row.querySelector(".count").innerText, kind: bar.getAttribute("class"),
    part: bar.getBoundingClientRect().width / rest.getBoundingClientRect().width,
  };
}));

/**
 * What ranges show: `{name, shown, value, low, high}` from top to bottom, and `total`. They have no axis: `known` are two
 * different values, `[at the left, at the right]`, of the outermost things drawn.
 */
export async function readRanges(list, known) {
  const drawn = await list.locator("li").evaluateAll((rows) => rows.map((row) => {
    const at = (name, attribute) => {
      const found = row.querySelector(name);
      return found && Number(found.getAttribute(attribute).replace("%", ""));
    };
    return {
      name: row.querySelector(".name").textContent, shown: row.querySelector(".count").innerText,
      value: at("circle", "cx"), low: at(".reach", "x1"), high: at(".reach", "x2"), total: at(".total", "x1"),
    };
  }));
  const places = drawn.flatMap(({ value, low, high, total }) => [value, low, high, total]).filter((place) => place !== null);
  const value = through([Math.min(...places), known[0]], [Math.max(...places), known[1]]);
  const told = (place) => (place === null ? null : value(place));
  return drawn.map(({ name, shown, ...places }) => ({ name, shown, ...Object.fromEntries(Object.entries(places).map(([what, place]) => [what, told(place)])) }));
}
