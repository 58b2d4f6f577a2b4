import { recordFor } from "../../lib/engine/cancel-left";
import { createDeadline } from "../../lib/engine/deadline";
import { createTestDatabase } from "../support/database";
import { databaseAt, sql as parse, run } from "../support/migrator";
import { SERVERS } from "../support/servers";

/** A statement that commits by itself, and that the server refuses until `BROKEN` reads `right`. */
const DOUBTFUL = {
  mysql: { statement: "ALTER TABLE one ADD COLUMN m BROKEN", right: "INT" },
  postgres: { statement: "CREATE INDEX CONCURRENTLY m ON one (BROKEN)", right: "id" },
};

describe.each(SERVERS)(
  "on $dialect, of a statement that was told to stop when its runner had left",
  ({ server, dialect }) => {
    const { statement, right } = DOUBTFUL[dialect];
    const text = `CREATE TABLE one (id INT);\n${statement};\nINSERT INTO one (id) VALUES (3);`;

    /** As after the session that was told to stop has gone, and nobody knows in which moment that was. */
    const left = async () => {
      const { url, query } = await createTestDatabase({ server });
      await run({ url, migrations: [parse("1_two", text, dialect)] }, "migrate");
      await query(`UPDATE migration_step SET error = NULL, script = REPLACE(script, 'BROKEN', '${right}')`);
      const database = databaseAt(url);
      const recorder = {
        database,
        deadline: createDeadline(10_000),
        head: { runId: "cancel", action: "cancel", database: "d", startedAt: "" },
      };
      const record = async () => {
        const state = await database.read(recorder.deadline, { runId: "x" }, (visit) => visit.state("x"));
        return state.step && recordFor(recorder, { state, step: state.step, index: 1 }, undefined);
      };
      return {
        url,
        query,
        record,
        target: { url, migrations: [parse("1_two", text.replace("BROKEN", right), dialect)] },
      };
    };

    test("it is run again when it had not taken effect", async () => {
      const { record, target } = await left();
      expect(await record()).toMatchObject({ code: "CANCELLED", statement: 2, applied: 1 });
      expect(await run(target, "migrate")).toMatchObject({ outcome: "done", done: [{ recovered: true }] });
    });

    test("it is not run again when it had: only its mark was stopped", async () => {
      const { record, target, query } = await left();
      await query(statement.replace("BROKEN", right));
      expect(await record()).toMatchObject({ code: "CANCELLED", statement: 3, applied: 2 });
      expect(await run(target, "migrate")).toMatchObject({ outcome: "done", done: [{ recovered: true }] });
      expect(await query("SELECT id FROM one")).toEqual([{ id: 3 }]);
    });

    test("it is asked about when nobody can tell", async () => {
      const { record, target, query } = await left();
      await query("UPDATE migration_step SET probe = NULL");
      expect(await record()).toMatchObject({ code: "CANCELLED", advice: expect.stringContaining("settle") });
      expect(await run(target, "migrate")).toMatchObject({ problems: [{ code: "CUT_OFF", statement: 2 }] });
    });
  },
);
