import type { MakeDoctor } from "./assembly";
import { examineMysql } from "./database/examine-mysql";
import { examinePostgres } from "./database/examine-postgres";
import { examine } from "./doctor/doctor";
import type { Examiner } from "./examination";
import type { Logins } from "./login";
import type { Settings } from "./settings/settings";

/** For `assembleBundle`, in functions that know the command `doctor`. */
export const doctor: MakeDoctor = ({ settings, logins, places, source, log, name }) => {
  const { access } = settings;
  const { s3 } = places();
  const remote = s3 && { endpoint: s3, check: () => source.load() };
  const examiner = examinerOf(settings, logins);
  const target = () => places().database;
  return (command, call) =>
    examine(
      { access, examiner, target, log, ...(remote && { s3: remote }), ...(name !== undefined && { database: name }) },
      { command, call },
    );
};

function examinerOf({ dialect, tables, schema }: Settings, logins: Logins): Examiner {
  return dialect === "postgres" ? examinePostgres(logins, tables, schema) : examineMysql(logins, tables);
}
