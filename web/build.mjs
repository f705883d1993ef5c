/**
 * Makes a page: one classic script, one style sheet, its HTML and the licences of what is in them.
 *
 *     node build.mjs TARGET [map|service]
 */

import { createHash } from "node:crypto";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const PAGES = {
  map: { entries: { app: "src/main.js" }, html: ["src", "templates"], into: "templates", home: ["disclosure", "static"] },
  service: { entries: { service: "service/main.js" }, html: ["service", "index.html"], into: "index.html", home: ["service", "static"] },
};
const page = PAGES[process.argv[3] ?? "map"];
const target = process.argv[2] ?? join(HERE, "..", "capacity", ...page.home);

await mkdir(target, { recursive: true });
for (const name of await readdir(target)) await rm(join(target, name), { recursive: true });

const result = await build({
  absWorkingDir: HERE,
  entryPoints: page.entries,
  outdir: target,
  bundle: true,
  format: "iife",
  target: ["chrome90", "firefox90", "safari15"],
  charset: "utf8",
  minify: true,
  legalComments: "none", // licences.txt has them in full
  metafile: true,
  logLevel: "warning",
});
await cp(join(HERE, ...page.html), join(target, page.into), { recursive: true });

const bundled = await packagesIn(Object.keys(result.metafile.inputs));
await writeFile(join(target, "licences.txt"), licences(bundled), "utf8");
await writeFile(join(target, "build.json"), `${JSON.stringify(await about(bundled), null, 2)}\n`, "utf8");

/** The packages whose files went into the bundle, with their licence texts. */
async function packagesIn(inputs) {
  const names = new Set();
  for (const input of inputs) {
    const match = /node_modules\/((?:@[^/]+\/)?[^/]+)/u.exec(input);
    if (match) names.add(match[1]);
  }
  return Promise.all([...names].sort().map(describePackage));
}

async function describePackage(name) {
  const folder = join(HERE, "node_modules", name);
  const { version, license, homepage = "" } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const file = (await readdir(folder)).find((one) => /^licen[cs]e/iu.test(one));
  if (!file) throw new Error(`${name} has no licence file`);
  return { name, version, license, homepage, text: await readFile(join(folder, file), "utf8") };
}

function licences(packages) {
  const head = "The page's script and style sheet contain these packages.\n本页脚本和样式包含下列软件包。\n";
  return [head, ...packages.map((one) => `${"=".repeat(72)}\n${one.name} ${one.version} (${one.license}) ${one.homepage}\n\n${one.text.trim()}\n`)].join("\n");
}

/** What the page was built from; tools/build_web.py builds again when "sources" is another. */
async function about(packages) {
  return {
    sources: process.env.CAPACITY_WEB_SOURCES ?? "",
    packages: Object.fromEntries(packages.map(({ name, version }) => [name, version])),
    files: Object.fromEntries(await Promise.all((await filesIn(target)).map(async (path) => [relative(target, path).split(sep).join("/"), await hashOf(path)]))),
  };
}

async function filesIn(folder) {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name)).sort();
}

async function hashOf(path) {
  return createHash("sha256").update(await readFile(path)).digest("hex");
}
