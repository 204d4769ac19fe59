// Builds the style sheets, scripts and icon subset of the sites.
//
//   node scripts/build-assets.mjs          build into web/static/dist
//   node scripts/build-assets.mjs --watch  build again after each change
//
// Every name carries a hash of its content, so that files may be cached for ever;
// manifest.json maps the plain names to them. Beside each file lie its .gz and .br forms.

import { build, context } from "esbuild";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync, mkdirSync } from "node:fs";
import { basename, dirname, extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const web = join(root, "platform/charterhouse/web");
const source = join(web, "assets");
const target = join(web, "static/dist");
const watching = process.argv.includes("--watch");

const ENTRIES = [
  join(source, "js/app.js"),
  join(source, "js/theme.js"),
  join(source, "css/app.css"),
  join(source, "favicon.svg"),
];

// Templates and Python name icons in these two ways; icons.txt adds those that a
// plugin or a record names at run time.
const ICON_USES = [/\bicon\(\s*["']([a-z0-9-]+)["']/g, /\bicon(?:_name)?\s*[=:]\s*["']([a-z0-9-]+)["']/g];

function* walk(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!["dist", "__pycache__", "node_modules"].includes(entry.name)) yield* walk(path);
    } else {
      yield path;
    }
  }
}

function iconNames() {
  const names = new Set();
  for (const line of readFileSync(join(source, "icons/icons.txt"), "utf8").split("\n")) {
    const name = line.replace(/#.*/, "").trim();
    if (name) names.add(name);
  }
  for (const folder of [web, join(root, "plugins")]) {
    if (!existsSync(folder)) continue;
    for (const path of walk(folder)) {
      if (![".html", ".py", ".js"].includes(extname(path))) continue;
      const text = readFileSync(path, "utf8");
      for (const use of ICON_USES) {
        for (const match of text.matchAll(use)) names.add(match[1]);
      }
    }
  }
  return [...names].sort();
}

function writeIcons() {
  const folder = join(root, "node_modules/@tabler/icons/icons/outline");
  const icons = {};
  const missing = [];
  for (const name of iconNames()) {
    const path = join(folder, `${name}.svg`);
    if (!existsSync(path)) {
      missing.push(name);
      continue;
    }
    const svg = readFileSync(path, "utf8");
    const inner = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
    icons[name] = inner.replace(/\s*\n\s*/g, "");
  }
  if (missing.length) {
    throw new Error(`@tabler/icons has no outline icon named: ${missing.join(", ")}`);
  }
  writeFileSync(join(target, "icons.json"), JSON.stringify(icons));
  return Object.keys(icons).length;
}

function compress() {
  for (const path of walk(target)) {
    if (![".js", ".css", ".svg"].includes(extname(path))) continue;
    const bytes = readFileSync(path);
    writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
    const quality = watching ? 4 : 11;
    const params = { [constants.BROTLI_PARAM_QUALITY]: quality };
    writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params }));
  }
}

function writeManifest(metafile) {
  const manifest = {};
  for (const [path, output] of Object.entries(metafile.outputs)) {
    if (!output.entryPoint) continue;
    const name = basename(output.entryPoint);
    if (ENTRIES.some((entry) => relative(root, entry) === output.entryPoint)) {
      manifest[name] = relative(target, join(root, path));
    }
  }
  writeFileSync(join(target, "manifest.json"), JSON.stringify(manifest, null, 2));
  return manifest;
}

// What runs goes on serving the old files until the manifest names the new ones.
function sweep(metafile) {
  const kept = new Set(["icons.json", "manifest.json"]);
  for (const path of Object.keys(metafile.outputs)) {
    const name = relative(target, join(root, path));
    for (const ending of ["", ".gz", ".br"]) kept.add(`${name}${ending}`);
  }
  for (const path of walk(target)) {
    if (!kept.has(relative(target, path))) rmSync(path);
  }
}

const finish = {
  name: "charterhouse-finish",
  setup(plugin) {
    plugin.onStart(() => {
      mkdirSync(target, { recursive: true });
    });
    plugin.onEnd((result) => {
      if (result.errors.length) return;
      compress();
      const count = writeIcons();
      const manifest = writeManifest(result.metafile);
      sweep(result.metafile);
      const kb = (path) => Math.round(readFileSync(join(target, `${path}.br`)).length / 1024);
      const parts = Object.entries(manifest).map(([name, path]) => `${name} ${kb(path)} kB`);
      console.log(`assets: ${parts.join(", ")} (brotli), ${count} icons`);
    });
  },
};

const options = {
  absWorkingDir: root,
  entryPoints: ENTRIES,
  outdir: target,
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  loader: { ".svg": "copy" },
  target: ["es2022", "chrome105", "firefox110", "safari16"],
  minify: true,
  metafile: true,
  legalComments: "none",
  logLevel: "warning",
  plugins: [finish],
};

if (watching) {
  const session = await context(options);
  await session.watch();
} else {
  await build(options);
}
