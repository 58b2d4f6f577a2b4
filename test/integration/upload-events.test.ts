import { ask } from "../support/ask";
import { adminUrl } from "../support/database";
import { createLambdaHost, type LambdaHost } from "../support/lambda-host";
import { RUNTIME_BUILD_MS } from "../support/lambda-runtime";
import { SERVERS, type Server } from "../support/servers";
import { type BuiltFunction, buildUpload } from "../support/upload-function";
import { allowCreating, type UploadWorld, withUploads } from "../support/uploads";

const COPIES = 3;
/** Invocations at a time: each takes a connection or two. */
const AT_ONCE = 4;
/** Migrations of each of the two databases; with that of the root database, 200 uploads. */
const MIGRATIONS = { created: 100, there: 99 } as const;
/** Those up to this one are uploaded at first, and the rest while it runs. */
const SLOW = 60;

type Suffix = keyof typeof MIGRATIONS;

/** The same order in every run: https://en.wikipedia.org/wiki/Linear_congruential_generator */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function shuffled<T>(items: readonly T[], random: () => number): readonly T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** Each leaves its number behind, as often as it is run. */
function uploadSteps({ upload }: UploadWorld, { sleep }: Server, suffix: Suffix, part: readonly number[]) {
  return part.map((n) => {
    const create = n === 1 ? "CREATE TABLE step (n INT);\n" : "";
    const slow = n === SLOW ? `${sleep(2)};\n` : "";
    return upload(suffix, `${n}_step.sql`, `${create}${slow}INSERT INTO step VALUES (${n});\n`);
  });
}

/** Waits for the step that takes long; it may have ended by then. */
async function begun({ instance, applied }: UploadWorld, suffix: Suffix): Promise<void> {
  const url = instance.url(instance.prefix + suffix);
  const isBegun = async () => {
    const [step] = (await ask(url, "SELECT name FROM migration_step")) as readonly { readonly name: string | null }[];
    return step?.name === `${SLOW}_step` || (await applied(suffix)).length >= SLOW;
  };
  while (!(await isBegun().catch(() => false))) await new Promise((resolve) => setTimeout(resolve, 50));
}

async function sendAll(world: UploadWorld, server: Server, host: LambdaHost): Promise<void> {
  const random = createRandom(20);
  const send = async (keys: readonly string[]) => {
    const copies = shuffled(Array.from({ length: COPIES }, () => keys).flat(), random);
    await Promise.all(copies.map((key) => host.invoke("upload", world.event(key), { type: "Event" })));
  };
  await send([
    ...uploadSteps(world, server, "there", numbers(1, SLOW)),
    ...uploadSteps(world, server, "created", numbers(1, SLOW)),
    world.uploadRoot("1_databases.sql", `CREATE DATABASE ${world.instance.prefix}created;\n`),
  ]);
  await begun(world, "there");
  await send([
    ...uploadSteps(world, server, "there", numbers(SLOW + 1, MIGRATIONS.there)),
    ...uploadSteps(world, server, "created", numbers(SLOW + 1, MIGRATIONS.created)),
  ]);
}

describe.each(SERVERS)("on $dialect", (server) => {
  let built: BuiltFunction;
  beforeAll(async () => {
    built = await buildUpload(server.dialect);
  });
  afterAll(() => built.remove());

  const withHost = (work: (world: UploadWorld, host: LambdaHost) => Promise<void>) =>
    withUploads(server, ["there"], async (world) => {
      await allowCreating(server, world.instance);
      const limits = { timeoutSeconds: 60, memoryMb: 512, concurrency: AT_ONCE, retryDelaysMs: [500, 1_000] };
      const upload = { ...built, ...limits, environment: world.environment };
      const host = await createLambdaHost({ functions: { upload } });
      try {
        await work(world, host);
      } finally {
        await host.stop();
      }
      await ask(adminUrl(server.server), `DROP DATABASE ${world.instance.prefix}created`);
    });

  test(
    "200 uploads, three events of each, in any order and at once: each migration is applied once, and none left out",
    () =>
      withHost(async (world, host) => {
        await sendAll(world, server, host);
        const events = await host.settled();
        expect(events).toHaveLength(200 * COPIES);
        expect(host.environments("upload")).toHaveLength(AT_ONCE);
        for (const suffix of ["there", "created"] as const) {
          const all = numbers(1, MIGRATIONS[suffix]);
          expect(await world.applied(suffix)).toEqual(all.map((n) => `${n}_step`));
          const { prefix, url } = world.instance;
          expect(await ask(url(prefix + suffix), "SELECT n FROM step ORDER BY n")).toEqual(all.map((n) => ({ n })));
        }
        const lost = events.flatMap(({ attempts }) => (attempts.at(-1)?.functionError ? [attempts.at(-1)] : []));
        expect(lost).toEqual([]);
      }),
    RUNTIME_BUILD_MS,
  );
});
