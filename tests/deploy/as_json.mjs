// as_json.mjs FILE…: what the .yml and .tf files say, as one JSON object by file.
import { readFile } from "node:fs/promises";
import { parse as parseTerraform } from "@cdktf/hcl2json";
import { parse as parseYaml } from "yaml";

const files = {};
for (const file of process.argv.slice(2)) {
  const text = await readFile(file, "utf8");
  files[file] = file.endsWith(".tf") ? await parseTerraform(file, text) : parseYaml(text);
}
console.log(JSON.stringify(files));
