import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import JSZip from "jszip";

/** Where the code lies that runs: a zip is unpacked into the folder, a folder is used as it is. */
export async function unpack(code: string, folder: string): Promise<string> {
  if (statSync(code).isDirectory()) return resolve(code);
  const zip = await JSZip.loadAsync(readFileSync(code));
  mkdirSync(folder, { recursive: true });
  for (const entry of Object.values(zip.files)) {
    const target = join(folder, entry.name);
    if (!target.startsWith(folder + sep)) throw new Error(`${code} holds a file outside of itself: ${entry.name}`);
    if (entry.dir) continue;
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, await entry.async("nodebuffer"), modeOf(entry.unixPermissions));
  }
  return folder;
}

function modeOf(permissions: string | number | null) {
  return typeof permissions === "number" ? { mode: permissions & 0o777 } : {};
}
