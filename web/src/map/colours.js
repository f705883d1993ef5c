/** Colours and textures, safe for colour-blind readers: yellow = little room, dark blue = much, ever darker between. */

const SCALE = ["#f7e58b", "#cfdf97", "#92cba3", "#56aeb4", "#3a86b7", "#2c5c9c", "#21356f"];
const INK = "#2b3540";
const PAPER = "#ffffff";

export const OUTLINE = "rgba(43, 53, 64, 0.55)";
export const HIGHLIGHT = "#c2410c";

const STATUS = { open: "#5b93bf", pre_control: "#f4d972" };

/** Colour of the scale for 0 (no room) … 1 (much room). */
export function roomColour(room) {
  const at = Math.min(1, Math.max(0, room)) * (SCALE.length - 1);
  const low = Math.floor(at);
  return mix(SCALE[low], SCALE[Math.min(low + 1, SCALE.length - 1)], at - low);
}

function mix(a, b, share) {
  const parts = [1, 3, 5].map((i) => {
    const from = parseInt(a.slice(i, i + 2), 16);
    const to = parseInt(b.slice(i, i + 2), 16);
    return Math.round(from + (to - from) * share).toString(16).padStart(2, "0");
  });
  return `#${parts.join("")}`;
}

const fills = new Map();

/** What an entry of the legend is filled with: a colour, or a texture for blocked, unknown and withheld. */
export function fillOf(category) {
  if (!fills.has(category.key)) fills.set(category.key, makeFill(category));
  return fills.get(category.key);
}

function makeFill(category) {
  if (category.kind === "status") return STATUS[category.key];
  if (category.kind === "range") return roomColour(category.room);
  if (category.kind === "plain") return PAPER;
  return texture(TEXTURES[category.kind]);
}

const TEXTURES = {
  // dark, with diagonal hatching: nothing left
  blocked: { size: 8, ground: "#4a4550", ink: "#d9d2dc", width: 1.6, lines: [[-2, 6, 6, -2], [2, 10, 10, 2]] },
  // white with dots: we do not know
  no_data: { size: 9, ground: PAPER, ink: "#7a8790", dots: [[2.25, 2.25], [6.75, 6.75]] },
  // light with level lines: we do not say
  withheld: { size: 6, ground: "#dcd6e6", ink: "#9a90ab", width: 1.3, lines: [[-1, 3, 7, 3]] },
};

function texture({ size, ground, ink, width, lines = [], dots = [] }) {
  const scale = Math.max(1, Math.round(window.devicePixelRatio || 1));
  const canvas = document.createElement("canvas");
  canvas.width = size * scale;
  canvas.height = size * scale;
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  pen.fillStyle = ground;
  pen.fillRect(0, 0, size, size);
  pen.strokeStyle = ink;
  pen.fillStyle = ink;
  pen.lineWidth = width;
  for (const [x1, y1, x2, y2] of lines) {
    pen.beginPath();
    pen.moveTo(x1, y1);
    pen.lineTo(x2, y2);
    pen.stroke();
  }
  for (const [x, y] of dots) {
    pen.beginPath();
    pen.arc(x, y, 1, 0, 7);
    pen.fill();
  }
  return pen.createPattern(canvas, "repeat");
}

/** A small picture of a legend entry, drawn with what the map itself is filled with. */
export function swatch(category, width = 28, height = 18) {
  const canvas = document.createElement("canvas");
  const scale = Math.max(1, Math.round(window.devicePixelRatio || 1));
  canvas.width = width * scale;
  canvas.height = height * scale;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  canvas.className = "swatch";
  canvas.setAttribute("aria-hidden", "true");
  const pen = canvas.getContext("2d");
  pen.fillStyle = fillOf(category);
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.strokeStyle = INK;
  pen.lineWidth = scale;
  pen.strokeRect(scale / 2, scale / 2, canvas.width - scale, canvas.height - scale);
  return canvas;
}
