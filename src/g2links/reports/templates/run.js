"use strict";
const plots = new Map(JSON.parse(document.getElementById("plots").textContent).map((plot) => [plot.name, plot]));
const drawn = new Set();
const config = { displayModeBar: false, responsive: true };

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
}

// the same data with the colours of the page in the place of "@name"
function coloured(value) {
  if (typeof value === "string") return value.startsWith("@") ? colour(value.slice(1)) : value;
  if (Array.isArray(value)) return value.map(coloured);
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, coloured(inner)]));
  }
  return value;
}

function themed(layout) {
  const axis = { gridcolor: "@grid", zerolinecolor: "@grid", linecolor: "@grid", automargin: true, fixedrange: true };
  const common = {
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", autosize: true,
    font: { color: "@ink", size: 12, family: getComputedStyle(document.body).fontFamily },
    hoverlabel: { bgcolor: "@panel", bordercolor: "@grid", font: { color: "@ink" }, align: "left" },
  };
  return coloured({ ...common, ...layout, xaxis: { ...axis, ...layout.xaxis }, yaxis: { ...axis, ...layout.yaxis } });
}

function hasWebGL() {
  try {
    return Boolean(document.createElement("canvas").getContext("webgl"));
  } catch {
    return false;
  }
}

async function draw(element) {
  const plot = plots.get(element.id);
  if (plot.kind === "surface" && !hasWebGL()) {
    element.textContent = "This browser has no WebGL, which the surface needs. " + element.getAttribute("aria-label");
    element.style.minHeight = "0";
    return;
  }
  const first = !drawn.has(element.id);
  drawn.add(element.id);
  await Plotly.react(element, coloured(plot.data), themed(plot.layout), config);
  if (first && plot.kind === "map") element.on("plotly_click", (event) => copyPoint(event.points[0].customdata));
}

// row: the error, then the real and the imaginary parts
function pythonPoint(row) {
  const values = Array.from(row);
  const number = (i) => {
    const imaginary = values[1 + VARIABLES + i];
    const sign = imaginary < 0 || Object.is(imaginary, -0) ? "-" : "+";
    return values[1 + i] + sign + Math.abs(imaginary) + "j";
  };
  return "point = [" + Array.from({ length: VARIABLES }, (_, i) => number(i)).join(", ") + "]";
}

async function copyPoint(row) {
  const text = pythonPoint(row);
  const output = document.getElementById("copied");
  let copied = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    copied = false;
  }
  output.textContent = text + (copied ? "  # copied" : "  # select and copy");
}

const waiting = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    waiting.unobserve(entry.target);
    draw(entry.target);
  }
}, { rootMargin: "300px" });
const elements = [...document.querySelectorAll(".plot")];
elements.forEach((element) => waiting.observe(element));

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  elements.filter((element) => drawn.has(element.id)).forEach(draw);
});
window.addEventListener("beforeprint", () => elements.forEach(draw));
