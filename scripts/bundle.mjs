// Puts the static files together: `node scripts/bundle.mjs DIRECTORY`. Whatever is there can be published.
//
// Documents are copied as they stand in the repository. What browsers run is bundled from its modules
// in public/, one file each, and never copied raw: list it in SCRIPTS. Style sheets (STYLES) are made smaller.

import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, transform } from "esbuild";
import { minify } from "terser";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Where each document is served (a folder with all that is in it), and where it is kept. */
const DOCUMENTS = {
  "openapi.json": "schema/openapi.json",
  "survey.schema.json": "schema/survey.schema.json",
  problems: "docs/problems",
  "dashboard/dashboard.html": "public/dashboard/dashboard.html",
  "dashboard/preview.html": "public/dashboard/preview.html",
};

/** Where each script is served, and the module that it begins with. */
const SCRIPTS = {
  "widget.js": "public/widget/widget.js",
  "visit.js": "public/visit/visit.js",
};

/** The same for modules that a script loads itself. */
const MODULES = {
  "turnstile.js": "public/turnstile/turnstile.js",
};

/**
 * Terser after esbuild saves what four sentences take; what is not inlined, and not turned round, is more alike, and so
 * smaller when compressed. No function of a script is called with `new`, or asks for `this`, but those of classes.
 */
const TERSER = { compress: { passes: 3, reduce_funcs: false, lhs_constants: false, unsafe_arrows: true }, mangle: true, ecma: 2022 };

/** Where each style sheet of a page is served, and where it is kept. */
const STYLES = {
  "page.css": "public/page.css",
};

/** The dashboard's script and style, and what each begins with. Its modules are JSX, rendered by preact. */
const DASHBOARD = {
  "dashboard/dashboard.js": "public/dashboard/main.jsx",
  "dashboard/preview.js": "public/dashboard/preview.js",
  "dashboard/dashboard.css": "public/dashboard/style.css",
};

/** Names of properties that only the scripts themselves see, and that may be made shorter. */
const OWN_NAMES = /^(answer|due|element|fault|locale|read|word|write)$/;

/** A style sheet, made as small as it can be: the values of custom properties, too, which esbuild leaves as they are. */
async function smallStyle(file) {
  const { code } = await transform(readFileSync(file, "utf8"), { loader: "css", minify: true, target: "es2022" });
  return code.trim().replace(/([,:]) /g, "$1");
}

/** A style sheet becomes a text of the script that imports it. */
const style = {
  name: "style",
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.css$/ }, async ({ path: file }) => ({ contents: await smallStyle(file), loader: "text" })),
};

/**
 * A table of words (word → locale → text) becomes a string per locale and each word's place in it: half the size of
 * the table, and a word that is missing in a language is found here.
 */
const words = {
  name: "words",
  setup: ({ onLoad }) =>
    onLoad({ filter: /words\.json$/ }, ({ path: file }) => {
      const table = JSON.parse(readFileSync(file, "utf8"));
      const separator = "|";
      const locales = Object.keys(Object.values(table)[0]);
      const texts = locales.map((locale) => {
        const said = Object.entries(table).map(([word, text]) => {
          if (!text[locale] || text[locale].includes(separator)) throw new Error(`${file}: ${word} in ${locale}`);
          return text[locale];
        });
        return [locale, said.join(separator)];
      });
      const constants = {
        ...Object.fromEntries(Object.keys(table).map((word, place) => [word, place])),
        SEPARATOR: separator,
        TEXTS: Object.fromEntries(texts),
      };
      const contents = Object.entries(constants).map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};`);
      return { contents: contents.join("\n"), loader: "js" };
    }),
};

/** One file of all the modules that follow from an entry. */
async function bundle(entry, options) {
  const made = await build({
    entryPoints: [path.join(ROOT, entry)],
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    logLevel: "warning",
    write: false,
    ...options,
  });
  return made.outputFiles[0].text;
}

/** Writes what browsers load, and says how large it is. */
function publish(served, text) {
  writeFileSync(path.join(into, served), text);
  console.log(`${served}: ${gzipSync(text, { level: 9 }).length} bytes gzip.`);
}

const into = process.argv[2];
if (!into) {
  process.stderr.write("usage: node scripts/bundle.mjs DIRECTORY\n");
  process.exit(2);
}
rmSync(into, { recursive: true, force: true });
mkdirSync(into, { recursive: true });
for (const [served, kept] of Object.entries(DOCUMENTS)) {
  cpSync(path.join(ROOT, kept), path.join(into, served), { recursive: true });
}
for (const [served, kept] of Object.entries(STYLES)) {
  writeFileSync(path.join(into, served), await smallStyle(path.join(ROOT, kept)));
}
for (const [served, entry] of Object.entries(SCRIPTS)) {
  const bundled = await bundle(entry, { mangleProps: OWN_NAMES, plugins: [style, words] });
  const { code } = await minify(bundled, TERSER);
  publish(served, code);
}
for (const [served, entry] of Object.entries(MODULES)) {
  publish(served, await bundle(entry, { format: "esm" }));
}
for (const [served, entry] of Object.entries(DASHBOARD)) {
  publish(served, await bundle(entry, { jsx: "automatic", jsxImportSource: "preact" }));
}
