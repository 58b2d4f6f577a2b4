import { type CodeFormat, sequelizeTraits } from "../code-format";
import type { Draft, Format } from "../format";
import { draftNamed, nameFile } from "../named-files";

/** Modules side by side, all for one tool, each a migration that is named after its file. */
export function codeFormat(name: CodeFormat): Format {
  return {
    name,
    known: "NAME.js, .ts and their m and c forms",
    draft: ({ files }) => {
      const isCode = (file: string) => nameFile(file)?.part === "code" && !file.includes("/");
      const { drafts, problems } = draftNamed(files.filter(isCode));
      return {
        drafts: name === "sequelize" ? drafts.map(withTraits) : drafts,
        strays: files.filter((file) => !isCode(file)),
        problems,
      };
    },
  };
}

function withTraits(draft: Draft): Draft {
  const [file = ""] = draft.files;
  return {
    ...draft,
    parse: (text, dialect) => {
      const { migration, problems } = draft.parse(text, dialect);
      return {
        migration: migration.kind === "code" ? { ...migration, ...sequelizeTraits(text(file)) } : migration,
        problems,
      };
    },
  };
}
