import type { Problem } from "../../report";
import { folderOf, groupBy, shown } from "../file-names";
import type { Format } from "../format";
import { draftNamed } from "../named-files";
import { draftVersions, isVersionFolder } from "./version-folders";

/** Files side by side, each a migration or one half of one; or folders `v1`, `v2` …, each a migration. */
export const native: Format = {
  name: "native",
  known: "NAME.sql, NAME.up.sql with NAME.down.sql, and NAME.ts, .js and their m and c forms",
  draft: ({ files }) => {
    const below = files.filter((file) => file.includes("/"));
    if (below.length === 0) return draftNamed(files);
    const folders = groupBy(below, folderOf);
    const versions = below.length === files.length && [...folders.keys()].every(isVersionFolder);
    if (versions) return draftVersions(folders);
    return { drafts: [], strays: [], problems: [...folders.keys()].map(refuseFolder) };
  },
};

function refuseFolder(folder: string): Problem {
  return {
    code: "INVALID",
    message: `${shown(folder)} is a folder; migrations lie side by side, or each in a folder v1, v2 and so on, not both`,
    advice: "Move its files up, or point the build at the folder in which the migrations are.",
    file: folder,
  };
}
