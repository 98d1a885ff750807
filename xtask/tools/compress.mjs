// Writes a .br and a .gz beside each file of a folder that gains by it, so that the server compresses nothing itself.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const folder = process.argv[2];
for (const name of readdirSync(folder)) {
  if (!/\.(wasm|js|css|svg)$/.test(name)) continue;
  const content = readFileSync(join(folder, name));
  writeFileSync(join(folder, `${name}.br`), smallest(content));
  writeFileSync(join(folder, `${name}.gz`), gzipSync(content, { level: 9 }));
}

// How distances are written suits one file better than another: the smallest of two tries.
function smallest(content) {
  const tries = [0, 1].map((postfix) => {
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
      [constants.BROTLI_PARAM_NPOSTFIX]: postfix,
    };
    return brotliCompressSync(content, { params });
  });
  return tries.reduce((best, each) => (each.length < best.length ? each : best));
}
